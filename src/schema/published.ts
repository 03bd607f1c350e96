import {
  Kind,
  parseConstValue,
  print,
  visit,
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type ObjectTypeDefinitionNode,
  type TypeNode,
} from 'graphql';
import { defaultPageSize } from '../limits.ts';
import type { Prices } from './prices.ts';
import { rankOf } from './published-api.ts';

/** Weight of one upstream call in `@cost`, where an object weighs 1 and a scalar 0. */
const callWeight = 10;

/** Source directives that other tools understand; `@cost` and `@listSize` replace those of the price model. */
const published = new Set(['deprecated', 'key', 'link', 'shareable', 'specifiedBy', 'tag']);
const derived = ['@cost', '@listSize'];

const header =
  '# The published schema. Written by `npm run schema:print` from the files beside its folder: change those.';

/**
 * The published schema: the sources without directive definitions, which come with the `@link`ed specification, and with
 * prices as the directives of the IBM cost specification, as far as those go: they count a call that several fields share
 * once for each.
 */
export function publishSdl(sources: DocumentNode, prices: Prices): string {
  const rowsOf = rowFields(sources);
  const document = visit(sources, {
    DirectiveDefinition: () => null,
    SchemaDefinition: (node) => ({ ...node, directives: node.directives?.map(importDerived) ?? [] }),
    Directive: (node) => (published.has(node.name.value) ? undefined : null),
    ObjectTypeDefinition: {
      leave: (node): ObjectTypeDefinitionNode => ({
        ...node,
        fields: node.fields?.map((field) => pricedField(node.name.value, field, prices, rowsOf)) ?? [],
      }),
    },
  });
  const definitions = document.definitions.toSorted((a, b) => rankOf(a) - rankOf(b));
  return `${header}\n${print({ ...document, definitions })}\n`;
}

/** Adds `@cost` and `@listSize` to federation's import. */
const importDerived = (link: ConstDirectiveNode): ConstDirectiveNode => ({
  ...link,
  arguments:
    link.arguments?.map((argument): ConstArgumentNode => {
      if (argument.name.value !== 'import' || argument.value.kind !== Kind.LIST) return argument;
      const added = derived.map((value) => ({ kind: Kind.STRING, value }) as const);
      return { ...argument, value: { ...argument.value, values: [...argument.value.values, ...added] } };
    }) ?? [],
});

/** Fields whose length the arguments `first` and `last` of a page decide, by the page's type. */
function rowFields({ definitions }: DocumentNode): ReadonlyMap<string, readonly string[]> {
  const types = definitions.filter((node) => node.kind === Kind.OBJECT_TYPE_DEFINITION);
  const isRows = (name: string) => name === 'edges' || name === 'nodes' || name === 'changed';
  return new Map(
    types.map(({ name, fields = [] }) => [name.value, fields.map((field) => field.name.value).filter(isRows)]),
  );
}

function pricedField(
  typeName: string,
  field: FieldDefinitionNode,
  prices: Prices,
  rowsOf: ReadonlyMap<string, readonly string[]>,
): FieldDefinitionNode {
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
    const first = field.arguments?.find(({ name }) => name.value === 'first')?.defaultValue;
    added.push(
      directive('listSize', {
        assumedSize: first?.kind === Kind.INT ? first.value : String(defaultPageSize),
        slicingArguments: JSON.stringify(slicing),
        sizedFields: JSON.stringify(rowsOf.get(typeNameOf(field.type)) ?? []),
        requireOneSlicingArgument: 'false',
      }),
    );
  }
  return added.length === 0 ? field : { ...field, directives: [...(field.directives ?? []), ...added] };
}

/** The type inside a list or a type that is not null. */
const typeNameOf = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : typeNameOf(type.type);

/** An applied directive; `values` are GraphQL literals. */
const directive = (name: string, values: Readonly<Record<string, string>>): ConstDirectiveNode => ({
  kind: Kind.DIRECTIVE,
  name: { kind: Kind.NAME, value: name },
  arguments: Object.entries(values).map(([argument, value]) => ({
    kind: Kind.ARGUMENT,
    name: { kind: Kind.NAME, value: argument },
    value: parseConstValue(value, { noLocation: true }),
  })),
});
