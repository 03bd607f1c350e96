/** A systemd unit: each directive of each section with its values, in order. */
export type Unit = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

export function readUnit(text: string): Unit {
  const unit = new Map<string, Map<string, string[]>>();
  let section = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [, name] = /^\[(\w+)\]$/.exec(line) ?? [];
    if (name !== undefined) {
      section = new Map();
      unit.set(name, section);
      continue;
    }
    const [, directive, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (directive === undefined || value === undefined) throw new Error(`Not a line of a unit: ${line}`);
    section.set(directive, [...(section.get(directive) ?? []), value]);
  }
  return unit;
}
