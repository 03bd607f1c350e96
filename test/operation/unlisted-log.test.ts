import { expect, it } from 'vitest';
import { createLog, Redactor } from '../../src/observability/log.ts';
import { UnlistedLog } from '../../src/operation/unlisted-log.ts';

function start() {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>);
  return { lines, unlisted: new UnlistedLog(createLog('info', new Redactor(), { write }), undefined) };
}

const request = (documentId: string, isAccepted = true) => ({
  requestId: 'r',
  documentId,
  operation: undefined,
  isAccepted,
});

it('the log names a thousand operations of accepted callers, then says that there are more', () => {
  const { lines, unlisted } = start();
  for (let index = 0; index < 1100; index += 1) unlisted.add(request(`id-${index}`));
  expect(lines).toHaveLength(1001);
  expect(lines.at(-1)?.['msg']).toMatch(/^more operations .* the log names no more/);
});

it('strangers get a hundred lines together, and take none from accepted callers', () => {
  const { lines, unlisted } = start();
  for (let index = 0; index < 1100; index += 1) unlisted.add(request(`made-up-${index}`, false));
  expect(lines).toHaveLength(101);
  for (const id of ['real', 'made-up-1099', 'real']) unlisted.add(request(id));
  unlisted.add(request('real', false));
  expect(lines.slice(101).map(({ documentId }) => documentId)).toEqual(['real', 'made-up-1099']);
});

it('an id and a name are cut to 128 characters in the log', () => {
  const { lines, unlisted } = start();
  const long = 'a-'.repeat(500);
  unlisted.add({ requestId: 'r', documentId: long, operation: long, isAccepted: true });
  expect(lines).toMatchObject([{ documentId: long.slice(0, 128), operation: long.slice(0, 128) }]);
});
