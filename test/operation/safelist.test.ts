import { expect, it } from 'vitest';
import { Safelist } from '../../src/operation/safelist.ts';

const list = new Safelist([
  { id: 'a', body: '{ a }' },
  { id: 'b', body: '{ b }' },
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

it.each([
  { query: '{ a } ' },
  { query: ' { a }' },
  { query: 'a' },
  { query: '' },
  { query: '{ c }', extensions: persisted('a') },
  { extensions: persisted('{ a }') },
  { extensions: persisted('toString') },
  { extensions: persisted(7) },
  { extensions: { sha256Hash: 'a' } },
  {},
])('the safelist rejects a request that differs from the list in any character: %j', (asked) =>
  expect(list.admit(asked)).toBeUndefined(),
);
