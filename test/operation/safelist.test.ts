import { expect, it } from 'vitest';
import { Safelist } from '../../src/operation/safelist.ts';

const hash = '0123456789abcdef'.repeat(4);
const list = new Safelist([
  { id: 'a', body: '{ a }' },
  { id: 'b', body: '{ b }' },
  { id: hash, body: '{ c1 }' },
  { id: `sha256:${hash.replace('0', '1')}`, body: '{ c2 }' },
]);
const persisted = (sha256Hash: unknown) => ({ persistedQuery: { version: 1, sha256Hash } });

it('the safelist turns a listed request into its query text, and drops the id alone', () => {
  const asked = { query: '{ a }', variables: { x: 1 }, operationName: 'A' };
  expect(list.admit(asked)).toEqual({ ...asked, extensions: {} });
  expect(list.admit({ extensions: { ...persisted('b'), other: 1 } })).toEqual({
    query: '{ b }',
    extensions: { other: 1 },
  });
  expect(list.admit({ query: '{ a }', extensions: persisted('b') })).toEqual({ query: '{ a }', extensions: {} });
});

it('the safelist knows a hash with `sha256:` and without it, wherever the request has it', () => {
  for (const [id, query] of [
    [hash, '{ c1 }'],
    [hash.replace('0', '1'), '{ c2 }'],
  ] as const)
    for (const asked of [
      { documentId: id },
      { documentId: `sha256:${id}` },
      { extensions: persisted(id) },
      { extensions: persisted(`sha256:${id}`) },
    ])
      expect(list.admit(asked)).toEqual({ query, extensions: {} });
  expect(list.admit({ documentId: 'a', variables: { x: 1 } })).toEqual({
    query: '{ a }',
    variables: { x: 1 },
    extensions: {},
  });
});

it.each([
  { query: '{ a } ' },
  { query: ' { a }' },
  { query: 'a' },
  { query: '' },
  { query: '{ c }', extensions: persisted('a') },
  { extensions: persisted('{ a }') },
  { extensions: persisted('toString') },
  { extensions: persisted(7) },
  { documentId: 'sha256:a' },
  { documentId: `md5:${hash}` },
  { documentId: `sha256:sha256:${hash}` },
  { documentId: hash.toUpperCase() },
  { documentId: 'c', extensions: persisted('a') },
  { extensions: { sha256Hash: 'a' } },
  {},
])('the safelist rejects a request that differs from the list in any character: %j', (asked) =>
  expect(list.admit(asked)).toBeUndefined(),
);
