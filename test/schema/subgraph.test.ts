import { readdirSync, readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { concatAST, lexicographicSortSchema, parse, print, printSchema, validateSchema, visit } from 'graphql';
import { describe, expect, test } from 'vitest';
import { createSchema } from '../../src/schema/executable.ts';
import { asSubgraph } from '../../src/schema/subgraph.ts';

const folder = new URL('../../schema/', import.meta.url);
const sources = concatAST(
  readdirSync(folder)
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => parse(readFileSync(new URL(file, folder), 'utf8'), { noLocation: true })),
);

/** Sorted, without descriptions of federation's own part, which `@apollo/subgraph` leaves out, and its unused definitions. */
function comparable(schema: Parameters<typeof printSchema>[0]): string {
  const document = parse(printSchema(lexicographicSortSchema(schema)), { noLocation: true });
  const isMachinery = (name: string) => name.startsWith('_');
  const kept = document.definitions.filter(
    (definition) => !('name' in definition && /^(federation|link)__/.test(definition.name?.value ?? '')),
  );
  return print(
    visit(
      { ...document, definitions: kept },
      {
        ScalarTypeDefinition: (node) =>
          isMachinery(node.name.value) ? { ...node, description: undefined } : undefined,
        UnionTypeDefinition: (node) => (isMachinery(node.name.value) ? { ...node, description: undefined } : undefined),
        ObjectTypeDefinition: (node) =>
          isMachinery(node.name.value)
            ? {
                ...node,
                description: undefined,
                fields: node.fields?.map((field) => ({ ...field, description: undefined })),
              }
            : undefined,
        FieldDefinition: (node) =>
          isMachinery(node.name.value)
            ? {
                ...node,
                description: undefined,
                arguments: node.arguments?.map((argument) => ({ ...argument, description: undefined })),
              }
            : undefined,
      },
    ),
  );
}

describe('The subgraph', () => {
  test('the served schema is valid, and the one that @apollo/subgraph makes of the same files', () => {
    const reference = buildSubgraphSchema(sources); // validates the files, which the start leaves out
    expect(validateSchema(createSchema())).toEqual([]);
    expect(comparable(createSchema())).toBe(comparable(reference));
  });

  test('other subgraphs can refer to the types with a key, and to no others', () => {
    const of = (sdl: string) => print(asSubgraph(parse(sdl)));
    const sdl = 'type B @key(fields: "id") { id: ID } type Query { b: B } type C @tag(name: "t") { c: Int }';
    expect(of(`${sdl} type A @tag(name: "t") @key(fields: "id") { id: ID }`)).toMatch(/union _Entity = A \| B$/m);
  });
});
