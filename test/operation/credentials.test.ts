import { parse, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { asksForSchema, requireCredentials } from '../../src/operation/credentials.ts';

function read(query: string) {
  const document = parse(query);
  const [operation] = document.definitions as OperationDefinitionNode[];
  if (operation === undefined) expect.unreachable();
  return { document, operation };
}

/** Whether an operation may run without credentials. */
function isOpen(query: string): boolean {
  const { operation, document } = read(query);
  try {
    requireCredentials(operation, document, { isAuthenticated: false });
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED' });
    return false;
  }
}

const fragment = (fields: string, name = 'f') => `fragment ${name} on Query { ${fields} }`;

describe('Credentials', () => {
  it.each([
    '{ __typename }',
    '{ __schema { description } __type(name: "A") { name } _service { sdl } }',
    '{ ... { __typename } ... @include(if: true) { ... on Query { __typename } } }',
    `{ ...f } ${fragment('__typename')}`,
    `{ ...f ...f } ${fragment('...g')} ${fragment('__typename', 'g')}`,
    '{ ...missing }',
  ])('are not needed where nothing of the workspace is read: %s', (query) => {
    expect(isOpen(query)).toBe(true);
  });

  it.each([
    '{ viewer { id } }',
    '{ __typename viewer { id } }',
    '{ viewer { id } __typename }',
    '{ __typename: viewer { id } }',
    '{ viewer @skip(if: true) { id } }',
    '{ ... { __typename ... on Query { viewer { id } } } }',
    `{ ...f } ${fragment('__typename viewer { id }')}`,
    `{ __typename ...f ...g } ${fragment('__typename')} ${fragment('viewer { id }', 'g')}`,
    `{ ...f } ${fragment('...g')} ${fragment('... { viewer { id } }', 'g')}`,
  ])('are needed where anything is: %s', (query) => {
    expect(isOpen(query)).toBe(false);
  });

  it('are never missed from a caller who sent them', () => {
    const { operation, document } = read('{ viewer { id } }');
    expect(() => requireCredentials(operation, document, { isAuthenticated: true })).not.toThrow();
  });

  it.each([
    ['{ __schema { description } }', true],
    ['{ viewer { id } __type(name: "A") { name } }', true],
    [`{ viewer { id } ...f } ${fragment('... { __schema { description } }')}`, true],
    ['{ __typename _service { sdl } }', false],
    ['{ viewer { __typename } }', false],
  ])('leave it to see whether a client asks for the schema: %s', (query, expected) => {
    const { operation, document } = read(query);
    expect([asksForSchema(operation, document), asksForSchema(operation, document)]).toEqual([expected, expected]);
  });
});
