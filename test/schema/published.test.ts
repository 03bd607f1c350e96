import { buildASTSchema, isObjectType, Kind, parse, print, type ConstDirectiveNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createPublishedSdl, createSchema } from '../../src/schema/executable.ts';
import { ownTypes, schemaElements } from '../support/schema-elements.ts';

const document = parse(createPublishedSdl());
const schema = buildASTSchema(document, { assumeValidSDL: true });
const directivesOf = (typeName: string, fieldName: string): string[] => {
  const type = schema.getType(typeName);
  const nodes: readonly ConstDirectiveNode[] =
    (isObjectType(type) ? type.getFields()[fieldName]?.astNode?.directives : undefined) ?? [];
  return nodes.map((node) => print(node));
};

describe('The published schema', () => {
  it('the published schema holds exactly what clients see, federation’s own part aside', () => {
    const isOwn = ({ name }: { name: string }) => !name.startsWith('_');
    const linesOf = (of: typeof schema) =>
      schemaElements(of)
        .map(({ line }) => line)
        .filter((line) => !/^@|\b_(service|entities|Service|Entity|Any)\b/.test(line));
    expect(
      ownTypes(schema)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(
      ownTypes(createSchema())
        .filter(isOwn)
        .map(({ name }) => name)
        .toSorted(),
    );
    expect(linesOf(schema)).toEqual(linesOf(createSchema()));
  });

  it('the published schema describes every element', () => {
    expect(schema.description).toMatch(/Rocket\.Chat/);
    const own = schemaElements(schema).filter(({ coordinate }) => !coordinate.startsWith('@'));
    expect(own.length).toBeGreaterThan(250);
    expect(
      own.filter(({ definition }) => (definition.description ?? '').trim() === '').map(({ coordinate }) => coordinate),
    ).toEqual([]);
  });

  it('the published schema has no directive definitions, and none of the price model’s directives', () => {
    expect(document.definitions.filter(({ kind }) => kind === Kind.DIRECTIVE_DEFINITION)).toEqual([]);
    const used = new Set([...createPublishedSdl().matchAll(/ @(\w+)(?=[( \n{])/g)].map(([, name]) => name));
    expect(used).toEqual(new Set(['cost', 'deprecated', 'key', 'link', 'listSize', 'shareable', 'specifiedBy', 'tag']));
  });

  it('the published schema prices each field by its own calls, and pages by their size', () => {
    const page = (...names: string[]) =>
      `@listSize(assumedSize: 20, slicingArguments: [${names.map((name) => `"${name}"`).join(', ')}], sizedFields: ["edges", "nodes"], requireOneSlicingArgument: false)`;
    expect(directivesOf('DirectMessage', 'messages')).toEqual(['@cost(weight: 10)', page('first', 'last')]);
    expect(directivesOf('DirectMessage', 'history')).toEqual(['@cost(weight: 10)', page('first')]);
    // `im.counters`; the two calls for many rooms take its place.
    expect(directivesOf('DirectMessage', 'counters')).toEqual(['@cost(weight: 10)']);
    expect(directivesOf('Query', 'directMessage')).toEqual([]);
    expect(directivesOf('DirectMessage', 'topic')).toEqual([]);
  });
});
