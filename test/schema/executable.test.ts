import { readFileSync } from 'node:fs';
import {
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  graphqlSync,
  introspectionTypes,
  isInputObjectType,
  isNonNullType,
  isObjectType,
  lexicographicSortSchema,
  print,
  printSchema,
  validateSchema,
  type GraphQLField,
  type IntrospectionQuery,
} from 'graphql';
import { describe, expect, test, vi } from 'vitest';
import { readPrices } from '../../src/schema/prices.ts';
import { resolvers } from '../../src/resolvers/index.ts';
import { createSchema } from '../../src/schema/executable.ts';
import { ownTypes, schemaElements } from '../support/schema-elements.ts';

const schema = createSchema();
const elements = schemaElements(schema);
const objectTypes = ownTypes(schema).filter(isObjectType);

/** What clients were promised, a line an element: only ever added to. */
const agreed = readFileSync(new URL('../support/agreed-api.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n');

const introspection = getIntrospectionQuery({
  schemaDescription: true,
  inputValueDeprecation: true,
  directiveIsRepeatable: true,
  specifiedByUrl: true,
});

const fieldsOf = (name: string): Record<string, GraphQLField<unknown, unknown>> => {
  const type = schema.getType(name);
  return isObjectType(type) ? type.getFields() : {};
};

const fields = objectTypes.flatMap((type) =>
  Object.values(type.getFields()).map((field) => {
    return { field, coordinate: `${type.name}.${field.name}`, result: getNamedType(field.type).name };
  }),
);
const connectionFields = fields.filter(({ result }) => result.endsWith('Connection'));

describe('The schema', () => {
  test('the schema is valid, and has queries only', () => {
    expect(validateSchema(schema)).toEqual([]);
    expect(schema.getQueryType()?.name).toBe('Query');
    expect(schema.getMutationType()).toBeUndefined();
    expect(schema.getSubscriptionType()).toBeUndefined();
  });

  test('the schema describes every type, field, argument, enum value, input field and directive', () => {
    const undescribed = elements.filter(({ definition }) => (definition.description ?? '').trim() === '');
    expect(undescribed.map(({ coordinate }) => coordinate)).toEqual([]);
  });

  test('claim 18: the descriptions of fields that cost a call name the upstream endpoint', () => {
    const prices = readPrices(schema);
    const silent = objectTypes.flatMap((type) => {
      const named = (description: string | null | undefined, endpoints: readonly string[]) =>
        endpoints.filter((endpoint) => endpoint !== '' && description?.includes(`\`${endpoint}\``) !== true);
      const { calls = [], record: ofRecord } = prices.get(type.name) ?? {};
      const perRoom = ofRecord?.isPerRoom === true ? [ofRecord.single, ofRecord.bulk] : [];
      const ofType = named(type.description, [...calls.map(({ endpoint }) => endpoint), ...perRoom]).map(
        (endpoint) => `${type.name} ${endpoint}`,
      );
      const ofFields = Object.values(type.getFields()).flatMap((field) => {
        const price = prices.get(`${type.name}.${field.name}`);
        // The description of `User` names the endpoints for all of its fields.
        const { single, bulk } = ofRecord?.isPerRoom === false ? ofRecord : { single: '', bulk: '' };
        const record = { no: [], ifGiven: [], part: [single, bulk], whole: [single] }[price?.fromRecord ?? 'no'];
        const own = named(field.description, [...(price?.calls.map(({ endpoint }) => endpoint) ?? []), ...record]);
        const given = field.args.flatMap(({ name, description }) =>
          named(description, price?.argumentCalls.get(name)?.map(({ endpoint }) => endpoint) ?? []),
        );
        return [...own, ...given].map((endpoint) => `${type.name}.${field.name} ${endpoint}`);
      });
      return [...ofType, ...ofFields];
    });
    expect(silent).toEqual([]);
  });

  test('claim 7: fields and arguments for administrators are tagged and described as such', () => {
    const marked = elements.filter(({ definition }) =>
      (definition.astNode?.directives ?? []).some((directive) => print(directive) === '@tag(name: "administration")'),
    );
    expect(marked.map(({ coordinate }) => coordinate)).toEqual([
      'DirectMessage.counters(userId:)',
      'Query.directMessages',
    ]);
    expect(
      elements.filter(({ definition }) => definition.description?.includes('`view-room-administration`') === true),
    ).toEqual(marked);
  });

  test('every deprecation says what to use instead', () => {
    const vague = elements.filter(({ definition }) => {
      const reason = 'deprecationReason' in definition ? definition.deprecationReason : undefined;
      return reason != null && !/\bUse `\w+`/.test(reason);
    });
    expect(vague.map(({ coordinate }) => coordinate)).toEqual([]);
  });

  test('the schema does not keep the text that it was read from, nor its tokens', () => {
    const nodes = elements.map(({ definition }) => definition.astNode).filter((node) => node != null);
    expect(nodes.length).toBeGreaterThan(100);
    expect(nodes.filter(({ loc }) => loc !== undefined)).toEqual([]);
  });

  test('introspection returns the whole schema', () => {
    const { data, errors } = graphqlSync({ schema, source: introspection });
    expect(errors).toBeUndefined();
    const seen = buildClientSchema(data as unknown as IntrospectionQuery);
    expect(Object.keys(seen.getTypeMap()).toSorted()).toEqual(Object.keys(schema.getTypeMap()).toSorted());
    expect(printSchema(lexicographicSortSchema(seen))).toBe(printSchema(lexicographicSortSchema(schema)));
    for (const { name } of introspectionTypes) expect(seen.getType(name), name).toBeDefined();
  });
});

/** The schema module, loaded anew with these resolvers in place of the real ones. */
async function createSchemaWith(changed: Record<string, unknown>): Promise<unknown> {
  vi.resetModules();
  vi.doMock('../../src/resolvers/index.ts', () => ({ resolvers: changed }));
  try {
    const module = await import('../../src/schema/executable.ts');
    return module.createSchema();
  } finally {
    vi.doUnmock('../../src/resolvers/index.ts');
    vi.resetModules();
  }
}

describe('Resolvers', () => {
  test('the schema accepts its resolvers', async () => {
    await expect(createSchemaWith(resolvers)).resolves.toBeDefined();
  });

  test.each([
    [
      'a field that no type has',
      { ...resolvers, Query: { ...resolvers.Query, directMesages: () => null } },
      /Query\.directMesages/,
    ],
    ['a type that does not exist', { ...resolvers, DirectMesage: { id: () => '1' } }, /DirectMesage/],
    ['an interface that do not tell the types of its objects', { ...resolvers, Node: {} }, /"Node".*"__resolveType"/],
  ])('the schema rejects resolvers for %s', async (_what, changed, message) => {
    await expect(createSchemaWith(changed)).rejects.toThrow(message);
  });
});

describe('The agreed API', () => {
  test('the agreed API is a sorted list without duplicates', () => {
    expect(agreed).toEqual([...new Set(agreed)].toSorted());
    expect(agreed.length).toBeGreaterThan(250);
  });

  test('the schema has all of the agreed API, with the same types, nullability, defaults and enum values', () => {
    const lines = new Set(elements.map(({ line }) => line));
    expect(agreed.filter((line) => !lines.has(line))).toEqual([]);
  });

  test('arguments and input fields added to the agreed API are optional', () => {
    const known = new Set(agreed.map((line) => line.replace(/(:\)|[^(]): .*$/, '$1')));
    const coordinatesOf = (name: string) => elements.filter(({ coordinate }) => coordinate.startsWith(`${name}.`));
    const inputs = [
      ...elements.filter(({ coordinate }) => coordinate.includes('(') && known.has(coordinate.replace(/\(.*$/, ''))),
      ...ownTypes(schema)
        .filter((type) => isInputObjectType(type) && agreed.includes(`input ${type.name}`))
        .flatMap(({ name }) => coordinatesOf(name)),
    ];
    expect(inputs.length).toBeGreaterThan(40);
    const forced = inputs.filter(
      ({ coordinate, definition }) =>
        !known.has(coordinate) &&
        'defaultValue' in definition &&
        isNonNullType(definition.type) &&
        definition.defaultValue === undefined,
    );
    expect(forced.map(({ line }) => line)).toEqual([]);
  });
});

describe('Connections', () => {
  test('every list of rows is a connection', () => {
    expect(connectionFields.map(({ coordinate }) => coordinate).toSorted()).toEqual([
      'DirectMessage.history',
      'DirectMessage.members',
      'DirectMessage.messages',
      'Message.readReceipts',
      'Query.directMessages',
      'Query.readReceipts',
      'Thread.replies',
      'Viewer.directMessages',
    ]);
  });

  test.each(connectionFields)('$coordinate takes the Relay arguments, all optional', ({ field, result }) => {
    const isForwardOnly = result === 'MessageHistoryConnection'; // as the workspace pages it
    const relay = field.args.filter(({ name }) => ['first', 'after', 'last', 'before'].includes(name));
    expect(
      Object.fromEntries(relay.map((arg) => [arg.name, `${arg.type.toString()} ${String(arg.defaultValue)}`])),
    ).toEqual({
      first: 'Int undefined',
      after: 'String undefined',
      ...(!isForwardOnly && { last: 'Int undefined', before: 'String undefined' }),
    });
    expect(isNonNullType(field.type), 'a page is a call of its own, and can fail alone').toBe(false);
  });

  test.each([...new Set(connectionFields.map(({ result }) => result))])(
    '%s has edges, nodes, cursors and pageInfo',
    (name) => {
      const { edges, nodes, pageInfo } = fieldsOf(name);
      const edgeName = edges === undefined ? '' : getNamedType(edges.type).name;
      const { cursor, node } = fieldsOf(edgeName);
      const nodeName = node === undefined ? '' : getNamedType(node.type).name;
      expect(edges?.type.toString()).toBe(`[${nodeName}Edge!]!`);
      expect(nodes?.type.toString()).toBe(`[${nodeName}!]!`);
      expect(pageInfo?.type.toString()).toBe('PageInfo!');
      expect(cursor?.type.toString()).toBe('String!');
      expect(node?.type.toString()).toBe(`${nodeName}!`);
    },
  );

  test('PageInfo has the Relay shape', () => {
    const shape = Object.values(fieldsOf('PageInfo')).map((field) => `${field.name}: ${field.type.toString()}`);
    expect(shape).toEqual([
      'hasNextPage: Boolean!',
      'hasPreviousPage: Boolean!',
      'startCursor: String',
      'endCursor: String',
    ]);
  });
});
