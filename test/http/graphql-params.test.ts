import { describe, expect, it } from 'vitest';
import { HttpError } from '../../src/http/http-error.ts';
import { checkSize, paramsOfUrl, paramsOfBody } from '../../src/http/graphql-params.ts';
import { OperationGuard } from '../../src/operation/size-guard.ts';

const guard = new OperationGuard();
/** `fine`, or the code and the message of the error. */
const outcomeOf = (work: () => void): string => {
  try {
    work();
    return 'fine';
  } catch (error) {
    return error instanceof HttpError ? `${error.code}: ${error.message}` : String(error);
  }
};
const check = (body: unknown): string => outcomeOf(() => checkSize(paramsOfBody(body), guard, false));
const searchOf = (fields: Record<string, unknown>) =>
  `/graphql?${new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)])).toString()}`;
const checkUrl = (fields: Record<string, unknown>): string =>
  outcomeOf(() => checkSize(paramsOfUrl(searchOf(fields)), guard, false));
const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = (levels - level) % 2 === 0 ? [value] : { a: value };
  return value;
};

describe('GraphQL parameters', () => {
  it('parameters are the fields of GraphQL over HTTP; null fields count as absent', () => {
    const whole = { query: '{ viewer { userId } }', operationName: 'A', variables: { a: 1 }, extensions: { b: 1 } };
    expect(paramsOfBody({ ...whole, padding: 'x' })).toEqual(whole);
    expect(paramsOfBody({ query: 'a', variables: null, operationName: null, extensions: null })).toEqual({
      query: 'a',
    });
    expect(paramsOfUrl(searchOf(whole))).toEqual(whole);
    const byId = { documentId: 'x-a:b:c~1.2_3-4', operationName: 'A', variables: { a: 1 }, extensions: { b: 1 } };
    expect([paramsOfBody({ ...byId, query: '' }), paramsOfUrl(searchOf(byId))]).toEqual([byId, byId]);
    expect(paramsOfBody({ query: 'a', documentId: null })).toEqual({ query: 'a' });
    expect(paramsOfBody({ documentId: 'a'.repeat(256) })).toEqual({ documentId: 'a'.repeat(256) });
  });

  it.each(['variables', 'extensions'])('the depth of %s is limited in POST and GET requests', (name) => {
    const wrong = `QUERY_TOO_COMPLEX: The ${name} have more than 16 levels: send less, or in several requests.`;
    for (const ask of [check, checkUrl]) {
      expect([15, 17].map((levels) => ask({ query: '{ __typename }', [name]: nested(levels) }))).toEqual([
        'fine',
        wrong,
      ]);
    }
  });

  it.each(['variables', 'extensions'])('the number of values in %s is limited in POST and GET requests', (name) => {
    const values = (count: number) => ({ list: Array.from({ length: count - 2 }, () => 0) });
    const wrong = `QUERY_TOO_COMPLEX: The ${name} have more than 10000 values: send less, or in several requests.`;
    for (const ask of [check, checkUrl]) {
      expect([10_000, 10_001].map((count) => ask({ query: '{ __typename }', [name]: values(count) }))).toEqual([
        'fine',
        wrong,
      ]);
    }
  });

  it('the size of the query is limited in POST and GET requests', () => {
    const long = `{ ${Array.from({ length: 51 }, (_, index) => `a${index}: __typename`).join(' ')} }`;
    for (const ask of [check, checkUrl]) {
      expect(ask({ query: long })).toMatch(/^QUERY_TOO_COMPLEX: The query has more than 50 aliases/);
      expect(ask({ query: '{ __typename }' })).toBe('fine');
    }
  });

  it.each([
    undefined,
    null,
    7,
    'x',
    [],
    { query: 7 },
    { documentId: 7 },
    { documentId: 'a'.repeat(257) },
    { query: 'a', variables: 'x' },
    { query: 'a', operationName: 1 },
    { query: 'a', extensions: [] },
  ])('a body of %j is a BAD_REQUEST', (body) => expect(check(body)).toMatch(/^BAD_REQUEST: /));
});
