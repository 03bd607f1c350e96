/** One line of a Dockerfile, continuation lines joined: `COPY` and what follows it. */
export interface Instruction {
  readonly name: string;
  readonly rest: string;
}

export interface Stage {
  /** The image that it starts from. */
  readonly from: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

/** The stages of a Dockerfile, as far as ours goes: no variables, no heredocs. */
export function readStages(text: string): readonly Stage[] {
  const stages: { from: string; name: string | undefined; instructions: Instruction[] }[] = [];
  for (const instruction of readInstructions(text)) {
    if (instruction.name === 'FROM') {
      const [from = '', , name] = instruction.rest.split(/\s+/);
      stages.push({ from, name, instructions: [] });
    } else stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}

function readInstructions(text: string): Instruction[] {
  const joined = text.replaceAll(/^#.*\n/gm, '').replaceAll(/\\\n\s*/g, '');
  return joined
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
      return { name, rest };
    });
}

/** The rest of the only instruction of that name. */
export function onlyOf({ instructions }: Stage, name: string): string {
  const found = instructions.filter((instruction) => instruction.name === name);
  if (found.length !== 1) throw new Error(`The stage has ${found.length} times ${name}.`);
  return found[0]?.rest ?? '';
}

/** The words of an instruction in JSON form, such as `ENTRYPOINT ["node", "main.js"]`, or after `HEALTHCHECK … CMD`. */
export const wordsOf = (rest: string): readonly string[] => JSON.parse(rest.slice(rest.indexOf('['))) as string[];

/** `NAME=value` pairs. */
export const variablesOf = (rest: string): Record<string, string> =>
  Object.fromEntries(rest.split(/\s+/).map((pair) => pair.split('=') as [string, string]));

export interface Copy {
  readonly fromStage: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

export const copiesOf = ({ instructions }: Stage): readonly Copy[] =>
  instructions
    .filter(({ name }) => name === 'COPY')
    .map(({ rest }) => {
      const [, fromStage, paths = ''] = /^(?:--from=(\S+)\s+)?(.*)$/.exec(rest) ?? [];
      const words = paths.split(/\s+/);
      return { fromStage, sources: words.slice(0, -1), target: words.at(-1) ?? '' };
    });
