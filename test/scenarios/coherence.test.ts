import fc from 'fast-check';
import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  parse,
  print,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import type { DemoOptions } from '../../src/demo/server.ts';
import type { World } from '../../src/demo/world.ts';
import { startTestGateway, type Caller, type TestGateway } from '../support/gateway.ts';
import { NormalisedStore, withKeys, type Conflict, type List } from '../support/normalised-store.ts';
import { randomOperation, type OperationOptions, type RandomOperation } from '../support/operations.ts';
import { createRandom } from '../support/random.ts';
import { leavesOf, messageIds, roomIds, userIds, usualPaths } from '../support/usual-paths.ts';

/** Operations in each world, and where their choices begin. */
const count = Number(process.env['COHERENCE_OPERATIONS'] ?? 120);
const firstSeed = Number(process.env['COHERENCE_SEED'] ?? 20);

/** Ids by the type that they are of: a client does not take one for another. */
const idsByField: Readonly<Record<string, readonly string[]>> = {
  directMessage: roomIds,
  message: messageIds,
  user: userIds,
  node: [...roomIds, ...messageIds, ...userIds],
};
const { users, strangerUsername } = landmarks;
const values = {
  id: roomIds,
  messageId: messageIds,
  userId: userIds,
  username: ['maya.lindqvist', 'priya.raman', strangerUsername],
};
const references = [
  ...roomIds.map((id) => ({ __typename: 'DirectMessage', id })),
  ...messageIds.map((id) => ({ __typename: 'Message', id })),
  ...userIds.map((id) => ({ __typename: 'User', id })),
];

/** People change their names after they have written, been mentioned and read; one leaves the group. */
function age(world: World): void {
  for (const id of [users.shapes, users.busy, users.member]) {
    const account = world.accountOf(id);
    const name = `${account.name} (new)`;
    for (const memberships of world.subscriptions.values())
      for (const membership of memberships.values())
        membership.fname = membership.fname.replace(account.name, () => name);
    account.name = name;
  }
  const room = world.room(landmarks.groupRoomId);
  const { id, username } = world.accountOf(
    room.uids.find((each) => each !== users.member && each !== users.busy) ?? '',
  );
  room.uids = room.uids.filter((each) => each !== id);
  room.usernames = room.usernames.filter((each) => each !== username);
  world.subscriptions.get(room._id)?.delete(id);
}

const worlds: readonly [name: string, DemoOptions][] = [
  ['R7', { dialect: 'R7' }],
  ['R8', { dialect: 'R8' }],
];

describe.each(worlds)('One value for a field wherever it is met (%s)', (_name, demo) => {
  let gateway: TestGateway;
  let schema: GraphQLSchema;
  beforeAll(async () => {
    gateway = await startTestGateway({ demo, env: { LOG_LEVEL: 'silent', MAX_UPSTREAM_CALLS: '400' } });
    age(gateway.demo.world);
    const { data } = await gateway.ask(getIntrospectionQuery());
    schema = buildClientSchema(data as unknown as IntrospectionQuery);
  });
  afterAll(() => gateway.close());

  /** What clients keep for one caller: the world stands still, but callers may see different things. */
  const newStores = () => [new NormalisedStore(schema, 'id'), new NormalisedStore(schema, 'type and id')] as const;

  /** Asks, and writes the response into the stores. */
  async function readInto(
    stores: readonly NormalisedStore[],
    { query, variables }: RandomOperation,
    as: Caller,
  ): Promise<{ conflicts: Conflict[]; codes: unknown[] }> {
    const document: DocumentNode = withKeys(parse(query), schema);
    if (validate(schema, document).length > 0) return { conflicts: [], codes: ['INVALID'] };
    const { data, errors = [] } = await gateway.ask(print(document), { variables, as });
    const conflicts = stores.flatMap((store) => store.write({ document, variables, data, errors }));
    return { conflicts, codes: errors.map(({ extensions }) => extensions['code']) };
  }

  it(`${count} random operations write no field with two values, and no id of two types`, async () => {
    const { world } = gateway.demo;
    const callers = [world.member, world.admin, world.accountOf(users.shapes)].map((caller) => ({
      caller,
      stores: newStores(),
    }));
    const selected = new Map<string, number>();
    let useful = 0;
    const one = async (seed: number): Promise<void> => {
      const random = createRandom(seed);
      const { caller, stores } = (random.chance(0.6) ? callers[0] : random.pick(callers)) ?? expect.unreachable();
      const lists = [...stores[0].lists.values()];
      const at = random.chance(0.25) && lists.length > 0 ? nextPage(random.pick(lists), seed) : undefined;
      const operation = randomOperation({
        schema,
        seed,
        values,
        idsByField,
        references,
        selected,
        maxDepth: 7,
        isThorough: true,
        ...(at && { at }),
      });
      const { conflicts, codes } = await readInto(stores, operation, caller);
      expect(conflicts).toEqual([]);
      expect(codes).not.toContain('BAD_USER_INPUT');
      if (!codes.includes('QUERY_TOO_COMPLEX') && !codes.includes('INVALID')) useful += 1;
    };
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 - 1 }), one), {
      numRuns: count,
      seed: firstSeed,
      endOnFailure: true,
    });
    expect(useful / count).toBeGreaterThan(0.9);
    for (const { stores } of callers)
      for (const { rewritten } of stores) expect(rewritten.size).toBeGreaterThan(Math.min(count / 15, 60));
  });

  it('every field is the same on all usual paths: in lists, by id, as a node, as an entity, as a part', async () => {
    const stores = newStores();
    const [{ compared }] = stores;
    for (const query of usualPaths(schema)) {
      const { conflicts, codes } = await readInto(stores, { query, variables: {} }, gateway.demo.world.member);
      expect(conflicts, query).toEqual([]);
      expect(new Set([...codes, 'NOT_FOUND', 'FORBIDDEN']), query).toEqual(new Set(['NOT_FOUND', 'FORBIDDEN']));
    }
    const uncompared = leavesOf(schema).filter((field) => !compared.has(field));
    expect(uncompared).toEqual([]);
  });
});

/** Continues a list, that an earlier response has begun, from a row that it has told the cursor of. */
function nextPage(
  { type, id, fields, connection, isForwardOnly, cursors }: List,
  seed: number,
): OperationOptions['at'] {
  const random = createRandom(seed + 1);
  const [size, place] = isForwardOnly || random.chance(0.6) ? ['first', 'after'] : ['last', 'before'];
  const from = cursors.size === 0 ? '' : ` ${place}: ${JSON.stringify(random.pick([...cursors]))}`;
  const page = `${size}: ${1 + random.below(30)}${from}`;
  const calls = fields.map((call, index) =>
    index < fields.length - 1 ? call : call.endsWith(')') ? `${call.slice(0, -1)} ${page})` : `${call}(${page})`,
  );
  const around = (selection: string): string => calls.reduceRight((below, call) => `${call} { ${below} }`, selection);
  const isRoot = type === 'Query';
  return {
    type: connection,
    around: (selection) =>
      isRoot ? around(selection) : `node(id: ${JSON.stringify(id)}) { ... on ${type} { ${around(selection)} } }`,
  };
}

describe('The store of this file', () => {
  const schema = buildSchema(
    'type Query { user: User room: Room } type User { id: ID! name: String room: Room } type Room { id: ID! name: String }',
  );
  const document = withKeys(parse('{ user { name room { id } } room { id name } }'), schema);
  const answer = (name: string, roomId: string) => ({
    document,
    variables: {},
    errors: [],
    data: {
      user: { __typename: 'User', id: 'u', name, room: { __typename: 'Room', id: 'r' } },
      room: { __typename: 'Room', id: roomId, name: 'R' },
    },
  });

  it('notices a field with two values, and tells both operations', () => {
    for (const store of [new NormalisedStore(schema, 'id'), new NormalisedStore(schema, 'type and id')]) {
      expect(store.write(answer('A', 'r'))).toEqual([]);
      expect(store.write(answer('A', 'r'))).toEqual([]);
      expect(store.write(answer('B', 'r'))).toMatchObject([
        { field: 'User.name', id: 'u', values: ['"A"', '"B"'], operations: [print(document), print(document)] },
      ]);
      expect(store.write({ ...answer('C', 'r'), errors: [{ path: ['user', 'name'] }] })).toEqual([]);
    }
  });

  it('notices an id of two types where objects are kept by id alone', () => {
    const byId = new NormalisedStore(schema, 'id');
    expect(byId.write(answer('A', 'u')).map(({ field }) => field)).toContain('id');
    const byTypeAndId = new NormalisedStore(schema, 'type and id');
    expect(byTypeAndId.write(answer('A', 'u'))).toEqual([]);
  });
});
