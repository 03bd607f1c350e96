import type { Completion, Data, Selection, Step } from './operation.ts';

/**
 * `JSON.stringify(data)` for the data of a compiled run, except that what aliases repeat is written once: its text is put
 * in again for each of them.
 */
export const write = (selection: Selection, data: Data): string =>
  selection.hasCopies ? writeObject(selection, data) : JSON.stringify(data);

function writeObject({ steps }: Selection, data: Data): string {
  const texts = new Map<string, string>();
  let members = '';
  for (const step of steps) {
    const { responseName } = step;
    const text = step.kind === 'copy' ? (texts.get(step.of) ?? 'null') : writeMember(step, data[responseName]);
    texts.set(responseName, text);
    members += `${members === '' ? '' : ','}"${responseName}":${text}`;
  }
  return `{${members}}`;
}

const writeMember = (step: Exclude<Step, { kind: 'copy' }>, value: unknown): string =>
  step.kind === 'field' ? writeValue(step.completion, value) : JSON.stringify(value);

function writeValue(completion: Completion, value: unknown): string {
  if (value === null || !completion.hasCopies) return JSON.stringify(value);
  if (completion.kind === 'object') return writeObject(completion.selection, value as Data);
  if (completion.kind === 'list')
    return `[${(value as unknown[]).map((item) => writeValue(completion.item, item)).join()}]`;
  return JSON.stringify(value);
}
