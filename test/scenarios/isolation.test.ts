import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFaultUpstream, type FaultUpstream } from '../support/fault-upstream.ts';
import { startTestGateway, type GatewayBefore } from '../support/gateway.ts';
import type { FaultRule } from '../support/fault-upstream.ts';
import { alice, callerNamed } from '../support/tiny-workspace.ts';

/** Rooms whose ids could as well be users'. */
const [hung, other] = ['groupA00000000000', 'groupB00000000000'] as const;
const byIds = (field: string, ids: readonly string[], below: string) =>
  `{ ${ids.map((id, index) => `r${index}: ${field}: "${id}") { ${below} }`).join(' ')} }`;
const rooms = (below: string) => byIds('directMessage(id', [hung, other], below);
const messages = (below: string) => byIds('message(id', ['m0', 'm1', 'm2'], below);
const sortedBy = (field: string) => (query: URLSearchParams) => query.get('sort')?.includes(`"${field}"`) === true;
const twoLists = (list: string) =>
  `a: ${list}(orderBy: { field: CREATED_AT, direction: ASC }) { nodes { messages(first: 1) { nodes { text } } } } b: ${list}(first: 2) { nodes { messages(first: 1) { nodes { text } } } }`;

interface Case {
  readonly name: string;
  readonly query: string;
  /** The one call that never ends. */
  readonly endpoint: string;
  readonly rule: (callerId: string) => FaultRule;
  /** What becomes null: everything else is there. */
  readonly lost: readonly string[];
  /** What is asked below its siblings, and how often. */
  readonly below?: readonly [endpoint: string, calls: number];
}

const receipts = 'readReceipts { totalCount }';

const cases: readonly Case[] = [
  {
    name: 'a page of the caller’s rooms',
    query: `{ viewer { ${twoLists('directMessages')} } }`,
    endpoint: 'im.list',
    rule: () => ({ when: sortedBy('ts') }),
    lost: ['viewer.a'],
    below: ['dm.messages', 2],
  },
  {
    name: 'a page of everybody’s rooms',
    query: `{ ${twoLists('directMessages')} }`,
    endpoint: 'dm.list.everyone',
    rule: () => ({ when: sortedBy('ts') }),
    lost: ['a'],
    below: ['dm.messages', 2],
  },
  {
    name: 'a page of a listed room’s messages',
    query: `{ viewer { directMessages { nodes { id messages(first: 2) { nodes { ${receipts} } } } } } }`,
    endpoint: 'dm.messages',
    rule: (callerId) => ({ roomId: `${callerId}room2` }),
    lost: ['viewer.directMessages.nodes.1.messages'],
    below: ['chat.getMessageReadReceipts', 4],
  },
  {
    name: 'a page of messages of a room by id',
    query: rooms(`messages(first: 2) { nodes { ${receipts} } }`),
    endpoint: 'dm.messages',
    rule: () => ({ roomId: hung }),
    lost: ['r0.messages'],
    below: ['chat.getMessageReadReceipts', 2],
  },
  {
    name: 'a page of a room’s history',
    query: rooms(`history(first: 2) { nodes { ${receipts} } }`),
    endpoint: 'dm.history',
    rule: () => ({ roomId: hung }),
    lost: ['r0.history'],
    below: ['chat.getMessageReadReceipts', 2],
  },
  {
    name: 'a message by id',
    query: messages(receipts),
    endpoint: 'chat.getMessage',
    rule: () => ({ when: (query) => query.get('msgId') === 'm1' }),
    lost: ['r1'],
    below: ['chat.getMessageReadReceipts', 2],
  },
  {
    name: 'a user',
    query: byIds('user(id', ['u0', 'u1', 'u2'], 'name'),
    endpoint: 'users.info',
    rule: () => ({ when: (query) => query.get('userId') === 'u1' }),
    lost: ['r1'],
  },
  {
    name: 'the members of a room',
    query: rooms('members { nodes { username } }'),
    endpoint: 'im.members',
    rule: () => ({ roomId: hung }),
    lost: ['r0.members'],
  },
  {
    name: 'the record of a room',
    query: rooms('topic messages(first: 1) { nodes { id } }'),
    endpoint: 'rooms.info',
    rule: () => ({ roomId: hung }),
    lost: ['r0.messages', 'r0.topic'],
    below: ['dm.messages', 1],
  },
  {
    name: 'the counters of a room',
    query: rooms('counters { unreadCount }'),
    endpoint: 'im.counters',
    rule: () => ({ roomId: hung }),
    lost: ['r0.counters'],
  },
  {
    name: 'the number of a room’s members',
    query: rooms('counters { memberCount }'),
    endpoint: 'im.counters',
    rule: () => ({ roomId: hung }),
    lost: ['r0.counters'],
  },
];

let gateway: GatewayBefore<FaultUpstream>;
let answers: readonly { readonly data: unknown; readonly codes: unknown; readonly below: number | undefined }[];

/** All cases concurrently, each with its own caller, before one workspace. */
beforeAll(async () => {
  gateway = await startTestGateway({ upstream: await startFaultUpstream(), env: { UPSTREAM_TIMEOUT_MS: '20000' } });
  const { upstream, ask } = gateway;
  const callers = cases.map((_case, index) => callerNamed(`caller${String.fromCodePoint(65 + index)}0000000000`));
  // So that no call has to find out first whether the workspace limits its caller.
  await Promise.all(callers.map((as) => ask('{ viewer { user { id } } }', { as })));
  answers = await Promise.all(
    cases.map(async ({ query, endpoint, rule, below }, index) => {
      const as = callers[index] ?? alice;
      upstream.fail('never', { ...rule(as.id), userId: as.id, endpoint });
      const { data, codes } = await ask(query, { as, headers: { 'x-request-timeout-ms': '2500' } });
      const callsBelow = upstream.calls.filter((call) => call.userId === as.id && call.endpoint === below?.[0]);
      return { data, codes, below: below === undefined ? undefined : callsBelow.length };
    }),
  );
});

afterAll(() => gateway.close());

/** Paths of the nulls in an answer. */
function nullsOf(value: unknown, path: readonly string[] = []): string[] {
  if (value === null) return [path.join('.')];
  return typeof value === 'object'
    ? Object.entries(value).flatMap(([name, below]) => nullsOf(below, [...path, name]))
    : [];
}

describe('M6: a call that hangs nulls only the field that needs it: fields below its siblings are loaded meanwhile', () => {
  it.each(cases.map((each, index) => ({ ...each, index })))('$name', ({ index, lost, below }) => {
    const answer = answers[index];
    expect(answer?.codes).toEqual(Object.fromEntries(lost.map((path) => [path, 'UPSTREAM_TIMEOUT'])));
    expect(nullsOf(answer?.data).toSorted()).toEqual([...lost]);
    expect(answer?.below).toBe(below?.[1]);
  });
});

it('G18: an endpoint that hangs for many rooms nulls only the fields that need it, and the rest is returned', async () => {
  const lone = await startTestGateway({
    upstream: await startFaultUpstream(),
    env: { UPSTREAM_TIMEOUT_MS: '20000', MAX_UPSTREAM_CALLS: '400' },
  });
  await lone.ask('{ viewer { user { id } } }');
  lone.upstream.fail('never', { endpoint: 'dm.messages' });
  const ids = Array.from({ length: 20 }, (_, index) => `${alice.id}${String(index).padStart(17, '0')}`);
  const below = `messages(first: 2) { nodes { text } } history(first: 1) { nodes { ${receipts} } } members { nodes { username } }`;
  const { data, codes } = await lone.ask(byIds('directMessage(id', ids, below), {
    headers: { 'x-request-timeout-ms': '4000' },
  });
  const lost = ids.map((_id, index) => `r${index}.messages`);
  expect(codes).toEqual(Object.fromEntries(lost.map((path) => [path, 'UPSTREAM_TIMEOUT'])));
  expect(nullsOf(data)).toEqual(lost);
});
