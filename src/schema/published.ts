import {
  Kind,
  parseConstValue,
  print,
  visit,
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type ObjectTypeDefinitionNode,
} from 'graphql';
import { defaultPageSize } from '../limits.ts';
import type { Prices } from './prices.ts';

/** Weight of one upstream call in `@cost`, where an object weighs 1 and a scalar nothing. */
const callWeight = 10;

/** Directives of the sources that mean something to others; those of the price model are told as `@cost` and `@listSize`. */
const published = new Set(['deprecated', 'key', 'link', 'shareable', 'specifiedBy', 'tag']);
const derived = ['@cost', '@listSize'];

const header =
  '# The published schema. Written by `npm run schema:print` from the files beside its folder: change those.';

/**
 * The schema as it is published: the sources without definitions of directives, which come with the `@link`ed
 * specification, and with prices in the words of the IBM cost specification, as far as they go. A call that several
 * fields share cannot be said in them: they count it for each.
 */
export function publishSdl(sources: DocumentNode, prices: Prices): string {
  const document = visit(sources, {
    DirectiveDefinition: () => null,
    SchemaDefinition: (node) => ({ ...node, directives: node.directives?.map(importDerived) ?? [] }),
    Directive: (node) => (published.has(node.name.value) ? undefined : null),
    ObjectTypeDefinition: {
      leave: (node): ObjectTypeDefinitionNode => ({
        ...node,
        fields: node.fields?.map((field) => pricedField(node.name.value, field, prices)) ?? [],
      }),
    },
  });
  const definitions = document.definitions.toSorted((a, b) => rankOf(a) - rankOf(b));
  return `${header}\n${print({ ...document, definitions })}\n`;
}

/** What is linked comes first. */
const rankOf = ({ kind }: DefinitionNode): number => (kind === Kind.SCHEMA_DEFINITION ? 0 : 1);

/** Adds the directives that publishing uses to what is imported from federation. */
const importDerived = (link: ConstDirectiveNode): ConstDirectiveNode => ({
  ...link,
  arguments:
    link.arguments?.map((argument): ConstArgumentNode => {
      if (argument.name.value !== 'import' || argument.value.kind !== Kind.LIST) return argument;
      const added = derived.map((value) => ({ kind: Kind.STRING, value }) as const);
      return { ...argument, value: { ...argument.value, values: [...argument.value.values, ...added] } };
    }) ?? [],
});

function pricedField(typeName: string, field: FieldDefinitionNode, prices: Prices): FieldDefinitionNode {
  const price = prices.get(`${typeName}.${field.name.value}`);
  const calls = price?.calls.length ?? 0;
  const assumedSize = price?.assumedSize ?? 1;
  const slicing = (field.arguments ?? [])
    .map(({ name }) => name.value)
    .filter((name) => name === 'first' || name === 'last');
  const added: ConstDirectiveNode[] = [];
  if (calls > 0) added.push(directive('cost', { weight: String(calls * callWeight) }));
  if (assumedSize > 1) added.push(directive('listSize', { assumedSize: String(assumedSize) }));
  if (slicing.length > 0) {
    added.push(
      directive('listSize', {
        assumedSize: String(defaultPageSize),
        slicingArguments: JSON.stringify(slicing),
        sizedFields: '["edges", "nodes"]',
        requireOneSlicingArgument: 'false',
      }),
    );
  }
  return added.length === 0 ? field : { ...field, directives: [...(field.directives ?? []), ...added] };
}

/** A directive as it is applied, its values given as GraphQL. */
const directive = (name: string, values: Readonly<Record<string, string>>): ConstDirectiveNode => ({
  kind: Kind.DIRECTIVE,
  name: { kind: Kind.NAME, value: name },
  arguments: Object.entries(values).map(([argument, value]) => ({
    kind: Kind.ARGUMENT,
    name: { kind: Kind.NAME, value: argument },
    value: parseConstValue(value, { noLocation: true }),
  })),
});
