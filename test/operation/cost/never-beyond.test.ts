import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/demo/faults.ts';
import { startDemo, type DemoWorkspace } from '../../../src/demo/server.ts';
import type { World } from '../../../src/demo/world.ts';
import { startTestGateway, type GraphqlResult, type TestGateway } from '../../support/gateway.ts';
import { worldOfRooms } from '../../support/moving-rooms.ts';
import { createRandom, type Random } from '../../support/random.ts';

/**
 * Random operations, before a workspace whose lists move between and under the queries, whose endpoints fail and whose
 * call windows are used up: no request ever makes more calls than `atMost`, and none more than its price at rest.
 */

const runs = Math.ceil(Number(process.env['PROPERTY_RUNS'] ?? 3000) / 30);
const firstSeed = Number(process.env['PROPERTY_SEED'] ?? 1);
const limit = 60;

interface Report {
  readonly plannedCalls: number;
  readonly atMost: number;
  readonly calls: number;
  readonly byEndpoint: Record<string, number>;
  readonly retries: number;
}

const roomIds = Array.from({ length: 8 }, (_, index) => `moving-room-${index}`);
const orders = ['', 'orderBy: { field: SENT_AT, direction: ASC }', 'orderBy: { field: UPDATED_AT, direction: DESC }'];
const ranges = ['', 'range: { since: "2026-03-02T09:20:00.000Z" }', 'includeThreadReplies: true'];

/** Cursors by what they are cursors of: a list's text without its page. */
type Cursors = Map<string, string[]>;

class Writer {
  readonly #random: Random;
  readonly #cursors: Cursors;
  #aliases = 0;

  constructor(random: Random, cursors: Cursors) {
    this.#random = random;
    this.#cursors = cursors;
  }

  operation(): string {
    const fields = Array.from({ length: 1 + this.#random.below(5) }, () => this.#random.pick(this.#roots)());
    return `{ ${fields.join(' ')} }`;
  }

  readonly #roots = [
    () => this.#room(),
    () => this.#room(),
    () =>
      `${this.#alias()}: message(id: "m${this.#random.below(8)}-${30 + this.#random.below(30)}") { id directMessage { ${this.#below('byMessage')} } }`,
    () =>
      `${this.#alias()}: viewer { unreadCount directMessages(${this.#page('rooms', 4)}) { nodes { id ${this.#below('listed')} } pageInfo { hasNextPage hasPreviousPage } } }`,
    () => `${this.#alias()}: directMessageWith(username: "nobody") { topic }`,
    () => `${this.#alias()}: user(id: "${this.#random.pick(['nobody', 'x'])}") { name }`,
  ];

  #room(): string {
    const id = this.#random.pick([...roomIds, 'unknown']);
    return `${this.#alias()}: directMessage(id: "${id}") { id ${this.#below(id)} }`;
  }

  #below(room: string): string {
    return Array.from({ length: 1 + this.#random.below(3) }, () => this.#random.pick(this.#parts)(room)).join(' ');
  }

  readonly #parts: readonly ((room: string) => string)[] = [
    () => `${this.#alias()}: topic`,
    () => `${this.#alias()}: legacyUsernames`,
    () =>
      `${this.#alias()}: counters { ${this.#random.some(['joined', 'memberCount', 'unreadCount'], 1 + this.#random.below(2)).join(' ')} }`,
    () => `${this.#alias()}: members(first: 2) { totalCount nodes { id } }`,
    (room) => {
      const order = this.#random.pick(orders);
      return `${this.#alias()}: messages(${this.#page(`messages ${room} ${order}`, 3)} ${order}) { totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage } }`;
    },
    (room) => {
      const range = this.#random.pick(ranges);
      const fields = this.#random.some(
        ['nodes { id }', 'notLoadedCount', 'firstNotLoaded { id }', 'pageInfo { hasNextPage hasPreviousPage }'],
        2,
      );
      return `${this.#alias()}: history(${this.#page(`history ${room} ${range}`, 4)} ${range}) { ${fields.join(' ')} }`;
    },
  ];

  #page(list: string, most: number): string {
    const cursor = this.#random.chance(0.6) ? this.#random.pick(this.#cursors.get(list) ?? ['']) : '';
    const isBackward = cursor !== '' && !list.startsWith('history') && this.#random.chance(0.3);
    const size = 1 + this.#random.below(most);
    if (cursor === '') return `first: ${size}`;
    return isBackward ? `last: ${size}, before: "${cursor}"` : `first: ${size}, after: "${cursor}"`;
  }

  #alias(): string {
    this.#aliases += 1;
    return `a${this.#aliases}`;
  }
}

/** Some cursors of every list that operations name. */
async function harvest(gateway: TestGateway): Promise<Cursors> {
  const cursors: Cursors = new Map();
  const edges = '{ edges { cursor } }';
  const every = (found: string[]) => found.filter((_, index) => index % 7 === 3);
  const ask = async (list: string, query: string, path: readonly string[]) => {
    let { data: value } = (await gateway.ask(query)) as { data: unknown };
    for (const name of path) value = (value as Record<string, unknown>)[name];
    cursors.set(list, every((value as { edges: { cursor: string }[] }).edges.map(({ cursor }) => cursor)));
  };
  for (const id of roomIds) {
    for (const order of orders)
      await ask(`messages ${id} ${order}`, `{ directMessage(id: "${id}") { messages(first: 60 ${order}) ${edges} } }`, [
        'directMessage',
        'messages',
      ]);
    for (const range of ranges)
      await ask(`history ${id} ${range}`, `{ directMessage(id: "${id}") { history(first: 60 ${range}) ${edges} } }`, [
        'directMessage',
        'history',
      ]);
  }
  await ask('rooms', `{ viewer { directMessages(first: 8) ${edges} } }`, ['viewer', 'directMessages']);
  return cursors;
}

/** Somebody writes, deletes, edits, or makes a room. */
function change(world: World, random: Random): void {
  const roomId = random.pick(roomIds);
  const messages = [...world.messagesOf(roomId)];
  const times = 1 + random.below(12);
  const kind = random.below(4);
  for (let time = 0; time < times; time += 1) {
    if (kind !== 1) world.post({ roomId, userId: world.member.id, text: 'more' });
    const old = messages[time]?._id;
    if (kind !== 0 && messages.length > 40 && old !== undefined) world.remove(old);
  }
  const edited = messages[30]?._id;
  if (kind === 3 && edited !== undefined && world.messages.has(edited)) world.edit(edited, 'edited');
}

const endpoints = [
  'rooms.get',
  'rooms.get',
  'subscriptions.get',
  'subscriptions.get',
  'rooms.info',
  'im.counters',
  'dm.messages',
  'dm.history',
  'im.members',
  'im.list',
  'chat.getMessage',
];
const faults: readonly Fault[] = [
  { status: 403 },
  { status: 404 },
  { status: 500 },
  { status: 503 },
  { status: 429 },
  { body: '<html>' },
  { body: { success: true } },
  { reset: true },
  { transform: (body) => ({ ...(body as object), more: 'x'.repeat(9_000_000) }) },
];

let demo: DemoWorkspace;
let gateway: TestGateway;
let cursors: Cursors;

beforeAll(async () => {
  const { world } = worldOfRooms(8, 60);
  demo = await startDemo({ world });
  gateway = await startTestGateway({
    demo,
    env: { LOG_LEVEL: 'silent', MAX_UPSTREAM_CALLS: String(limit), REQUEST_TIMEOUT_MS: '3000' },
  });
  cursors = await harvest(gateway);
});
afterAll(async () => {
  await gateway.close();
  await demo.close();
});

interface Asked {
  readonly report: Report | undefined;
  /** Calls that arrived at the workspace. */
  readonly arrived: number;
  readonly result: GraphqlResult;
}

async function ask(query: string): Promise<Asked> {
  const before = demo.calls.length;
  const result = await gateway.ask(query, { headers: { 'x-upstream-report': '1' } });
  for (let seen = -1; seen !== demo.calls.length; await delay(2)) seen = demo.calls.length;
  return { report: result.extensions?.['upstream'] as Report | undefined, arrived: demo.calls.length - before, result };
}

function expectBound({ report, arrived, result }: Asked, context: string): Report {
  if (report === undefined) throw new Error(`no report: ${JSON.stringify(result.errors)} ${context}`);
  const { calls, atMost, retries, byEndpoint, plannedCalls } = report;
  expect(arrived, context).toBe(calls + retries);
  expect(
    Object.values(byEndpoint).reduce((sum, count) => sum + count, 0),
    context,
  ).toBe(calls);
  expect(calls, context).toBeLessThanOrEqual(atMost);
  expect(atMost, context).toBeLessThanOrEqual(limit);
  if (plannedCalls > limit) expect({ atMost, status: result.status }, context).toEqual({ atMost: 0, status: 400 });
  const errors = result.errors ?? [];
  expect(
    errors.map(({ extensions }) => extensions['code']),
    context,
  ).not.toContain('INTERNAL_SERVER_ERROR');
  // Whoever asks keeps to the plan: the guard behind them all has nothing to do.
  expect(
    errors.filter(({ message }) => message.startsWith('This request has made all')),
    context,
  ).toEqual([]);
  return report;
}

describe(`${runs} random operations`, () => {
  it('random operations make no more calls than estimated while nothing moves or fails, also when repeated', async () => {
    let exact = 0;
    for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
      const query = new Writer(createRandom(seed), cursors).operation();
      for (let time = 0; time < 2; time += 1) {
        const asked = await ask(query);
        const { plannedCalls, calls } = expectBound(asked, `seed ${seed}: ${query}`);
        if (plannedCalls <= limit) expect(calls, `seed ${seed}: ${query}`).toBeLessThanOrEqual(plannedCalls);
        if (calls === plannedCalls) exact += 1;
        // Nothing has moved, so no page has to be looked for.
        if (asked.result.status === 200)
          expect((asked.result.errors ?? []).map(({ message }) => message).join()).not.toMatch(/no calls left/);
      }
    }
    expect(exact / runs / 2).toBeGreaterThan(0.25);
  }, 120_000);

  it('random operations make no more calls than estimated when rate-limit windows are used up', async () => {
    demo.configure({ rateLimit: { calls: 3, ms: 120 } });
    let pressed = 0;
    for (let seed = firstSeed; seed < firstSeed + runs / 4; seed += 1) {
      const query = new Writer(createRandom(seed), cursors).operation();
      const asked = await ask(query);
      const { plannedCalls, calls } = expectBound(asked, `seed ${seed}: ${query}`);
      if (plannedCalls <= limit) expect(calls, `seed ${seed}: ${query}`).toBeLessThanOrEqual(plannedCalls);
      if (calls < plannedCalls) pressed += 1;
    }
    demo.configure({ rateLimit: false });
    expect(pressed).toBeGreaterThan(0);
  }, 120_000);

  it('random operations stay within atMost while lists move and endpoints fail, compiled or not', async () => {
    let beyondPrice = 0;
    for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
      const random = createRandom(seed);
      const query = new Writer(random, cursors).operation();
      const context = `seed ${seed}: ${query}`;
      expectBound(await ask(query), context);
      expectBound(await ask(query), context);
      if (random.chance(0.8))
        demo.fail('*', { when: () => (random.chance(0.4) ? (change(demo.world, random), false) : false) });
      for (const endpoint of random.some(endpoints, random.below(4))) {
        const fault = random.pick(faults);
        const delayMs = random.below(8);
        demo.fail(endpoint, { ...fault, delayMs, ...(random.chance(0.5) && { times: 1 + random.below(3) }) });
      }
      const { plannedCalls, calls } = expectBound(await ask(query), context);
      if (calls > plannedCalls) beyondPrice += 1;
      demo.heal();
    }
    expect(beyondPrice).toBeGreaterThan(runs / 50); // else nothing was shown
  }, 120_000);
});
