import { HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import { describe, expect, it } from 'vitest';
import { Safelist } from '../../src/safelist.ts';

const list = new Safelist([{ id: 'a', body: '{ a }' }, { id: 'b', body: '{ b }' }]);
const request = (method: string, { body, search = '' }: { body?: unknown; search?: string }): HTTPGraphQLRequest => ({ method, body, search, headers: new HeaderMap() });
const persisted = (sha256Hash: unknown) => ({ persistedQuery: { version: 1, sha256Hash } });
const post = (body: unknown) => list.admit(request('POST', { body }))?.body;
const get = (search: string) => list.admit(request('GET', { search }))?.search;
const searchOf = (fields: Record<string, string>) => `?${new URLSearchParams(fields).toString()}`;

describe('A POST of the list', () => {
  it('becomes the text that it means, beside everything else but its id', () => {
    expect(post({ query: '{ a }', variables: { x: 1 }, operationName: 'A' })).toEqual({ query: '{ a }', variables: { x: 1 }, operationName: 'A', extensions: {} });
    expect(post({ extensions: { ...persisted('b'), other: 1 } })).toEqual({ query: '{ b }', extensions: { other: 1 } });
    expect(post({ query: null, extensions: persisted('b') })).toEqual({ query: '{ b }', extensions: {} });
    expect(post({ query: '{ a }', extensions: persisted('b') })).toEqual({ query: '{ a }', extensions: {} });
  });

  it.each([{ query: '{ a } ' }, { query: ' { a }' }, { query: 'a' }, { query: '' }, { query: 7, extensions: persisted('a') }, { query: [], extensions: persisted('a') }, { extensions: persisted('{ a }') }, { extensions: persisted('toString') }, { extensions: persisted(7) }, { extensions: { sha256Hash: 'a' } }, {}, [], null, undefined, 'a'])(
    'is nothing else: %j',
    (body) => expect(list.admit(request('POST', { body }))).toBeUndefined(),
  );
});

describe('A GET of the list', () => {
  it('becomes the text that it means, beside everything else but extensions', () => {
    expect(get(searchOf({ query: '{ a }', variables: '{}' }))).toBe(searchOf({ query: '{ a }', variables: '{}' }));
    expect(get(searchOf({ extensions: JSON.stringify(persisted('b')), variables: '{}' }))).toBe(searchOf({ variables: '{}', query: '{ b }' }));
    expect(get(searchOf({ query: '{ a }', extensions: JSON.stringify(persisted('b')) }))).toBe(searchOf({ query: '{ a }' }));
  });

  it('is as it came where it asks nothing', () => {
    for (const search of ['', '?', '?operationName=A', '?variables=%7B%7D']) expect(get(search)).toBe(search);
  });

  it.each([searchOf({ query: '{ c }' }), searchOf({ query: '' }), '?query=%7B+a+%7D&query=%7B+a+%7D', searchOf({ extensions: '{' }), searchOf({ extensions: '' }), `${searchOf({ extensions: JSON.stringify(persisted('a')) })}&extensions=`])(
    'is nothing else: %s',
    (search) => expect(get(search)).toBeUndefined(),
  );
});

it('Another method is not asked for its query: it is refused elsewhere', () => {
  const put = request('PUT', { body: { query: '{ c }' }, search: searchOf({ query: '{ c }' }) });
  expect(list.admit(put)).toBe(put);
});
