import type { Completion, Data, Selection, Step } from './operation.ts';
import { CutObject } from './run.ts';

/**
 * `JSON.stringify(data)` for the data of a compiled run, except that what aliases repeat is written once, and its text put in
 * again for each of them, and that the texts of cut objects are written as they are.
 */
export const write = (selection: Selection, data: Data): string =>
  selection.needsWriter ? writeObject(selection, data) : JSON.stringify(data);

function writeObject({ steps }: Selection, data: Data): string {
  return `{${writeMembers(steps, data)}}`;
}

function writeMembers(steps: readonly Step[], data: Data): string {
  const texts = new Map<string, string>();
  let members = '';
  for (const step of steps) {
    const { responseName } = step;
    const text = step.kind === 'copy' ? (texts.get(step.of) ?? 'null') : writeMember(step, data[responseName]);
    texts.set(responseName, text);
    members += `${members === '' ? '' : ','}"${responseName}":${text}`;
  }
  return members;
}

const writeMember = (step: Exclude<Step, { kind: 'copy' }>, value: unknown): string =>
  step.kind === 'field' ? writeValue(step.completion, value) : JSON.stringify(value);

function writeValue(completion: Completion, value: unknown): string {
  if (value === null) return 'null';
  if (completion.kind === 'object') {
    const { selection } = completion;
    if (value instanceof CutObject) return writeCut(selection, value);
    if (selection.needsWriter) return writeObject(selection, value as Data);
  } else if (completion.kind === 'list' && completion.needsWriter) {
    let items = '';
    for (const item of value as readonly unknown[])
      items += `${items === '' ? '' : ','}${writeValue(completion.item, item)}`;
    return `[${items}]`;
  }
  return JSON.stringify(value);
}

function writeCut({ cut }: Selection, { text, rest }: CutObject): string {
  if (cut?.rest === undefined || rest === undefined) return text;
  return `${text.slice(0, -1)},${writeMembers(cut.rest.steps, rest)}}`;
}
