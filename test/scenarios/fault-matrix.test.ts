import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/upstream/endpoint.ts';
import { startFaultUpstream, type FaultUpstream } from '../support/fault-upstream.ts';
import { startTestGateway, type GatewayBefore, type GraphqlResult } from '../support/gateway.ts';
import type { FaultName } from '../support/faults.ts';
import type { FaultRule } from '../support/fault-upstream.ts';
import { callerNamed } from '../support/tiny-workspace.ts';

interface Need {
  readonly endpoint: Endpoint;
  /** What needs it, beside what does not. `$` is the caller's id, with which the ids of their rooms begin. */
  readonly query: string;
  /** What is null when it fails. */
  readonly lost: readonly string[];
  /** Another way can take its place, so that less is lost. */
  readonly hasOtherWay?: true;
}

const receipts = 'readReceipts { totalCount }';
/** Beside the field that fails: another room, with what lies below its messages. */
const side = `side: directMessage(id: "$room3") { id messages(first: 2) { totalCount nodes { text ${receipts} } } }`;
/** The same for the endpoints that serve it. */
const otherSide =
  'side: directMessage(id: "$room3") { id history(first: 2) { nodes { text } } members { nodes { username } } }';

const needs: readonly Need[] = [
  { endpoint: 'chat.getMessage', query: `message(id: "m1") { text ${receipts} } ${side}`, lost: ['message'] },
  {
    endpoint: 'chat.getMessageReadReceipts',
    query: `directMessage(id: "$room1") { messages(first: 1) { nodes { text ${receipts} } } } ${otherSide}`,
    lost: ['directMessage.messages.nodes.0.readReceipts'],
  },
  {
    endpoint: 'dm.history',
    query: `directMessage(id: "$room1") { topic history(first: 2) { nodes { text ${receipts} } } } ${side}`,
    lost: ['directMessage.history'],
  },
  {
    endpoint: 'dm.list.everyone',
    query: `directMessages(first: 2) { nodes { id messages(first: 1) { nodes { text } } } } ${side}`,
    lost: ['directMessages'],
  },
  {
    endpoint: 'dm.messages',
    query: `directMessage(id: "$room1") { topic messages(first: 2) { nodes { text ${receipts} } } } ${otherSide}`,
    lost: ['directMessage.messages'],
  },
  {
    endpoint: 'im.counters',
    query: `directMessage(id: "$room1") { topic counters { memberCount } } ${side}`,
    lost: ['directMessage.counters'],
  },
  {
    endpoint: 'im.list',
    query: `viewer { userId directMessages(first: 2) { nodes { id messages(first: 1) { nodes { text } } } } } ${side}`,
    lost: ['viewer.directMessages'],
  },
  {
    endpoint: 'im.members',
    query: `directMessage(id: "$room1") { topic members { nodes { username } } } ${side}`,
    lost: ['directMessage.members'],
  },
  { endpoint: 'me', query: `viewer { userId user { username } unreadCount } ${side}`, lost: ['viewer.user'] },
  {
    endpoint: 'rooms.info',
    query: `directMessage(id: "$room1") { id topic counters { memberCount } } ${side}`,
    lost: ['directMessage.topic'],
  },
  {
    endpoint: 'subscriptions.get',
    query: `viewer { userId unreadCount user { username } } ${side}`,
    lost: ['viewer.unreadCount'],
  },
  { endpoint: 'users.info', query: `user(id: "u1") { username } ${side}`, lost: ['user'] },
  {
    endpoint: 'rooms.get',
    query: `${[1, 2, 3].map((index) => `r${index}: directMessage(id: "$room${index}") { id topic messages(first: 1) { nodes { text } } }`).join(' ')} ${side}`,
    lost: ['r1.topic', 'r2.topic', 'r3.topic'],
    hasOtherWay: true,
  },
  {
    endpoint: 'subscriptions.get',
    query: `viewer { directMessages(first: 3) { nodes { id topic counters { unreadCount } } } } ${side}`,
    lost: [0, 1, 2].map((index) => `viewer.directMessages.nodes.${index}.counters`),
    hasOtherWay: true,
  },
];

interface Fault {
  readonly name: string;
  readonly fault: FaultName;
  readonly rule?: FaultRule;
  /** Undefined: it is repaired, and costs nothing. */
  readonly code?: string;
}

const faults: readonly Fault[] = [
  { name: 'never answers', fault: 'never', code: 'UPSTREAM_TIMEOUT' },
  { name: 'answers 502 once', fault: 'status', rule: { status: 502, times: 1 } },
  { name: 'answers 502 always', fault: 'status', rule: { status: 502 }, code: 'UPSTREAM_UNAVAILABLE' },
  { name: 'answers HTML', fault: 'html-200', code: 'UPSTREAM_BAD_RESPONSE' },
  { name: 'answers half its JSON', fault: 'truncated-json', code: 'UPSTREAM_BAD_RESPONSE' },
  { name: 'answers 9 MiB', fault: 'huge-body', rule: { bytes: 9 * 1024 * 1024 }, code: 'UPSTREAM_BAD_RESPONSE' },
  { name: 'answers 403', fault: 'status', rule: { status: 403 }, code: 'FORBIDDEN' },
  { name: 'answers 404', fault: 'status', rule: { status: 404 }, code: 'UPSTREAM_BAD_RESPONSE' },
  { name: 'answers 429', fault: '429-ms', rule: { ms: 30_000 }, code: 'RATE_LIMITED' },
];

/** An answer's data without what lies at some paths, and those that were null in it. */
function without(data: unknown, paths: readonly string[], at = ''): unknown {
  if (paths.includes(at)) return 'left out';
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([name, below]) => [name, without(below, paths, at === '' ? name : `${at}.${name}`)]),
  );
}

const valueAt = (data: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown> | null | undefined)?.[name], data);

describe.each(faults)('G18: an endpoint that $name', ({ fault, rule, code }) => {
  let gateway: GatewayBefore<FaultUpstream>;
  let answers: readonly { readonly well: GraphqlResult; readonly ill: GraphqlResult }[];

  const waits = fault === 'never';

  beforeAll(async () => {
    // Each case has its own caller and address, so that cases share no rate-limit windows.
    gateway = await startTestGateway({
      upstream: await startFaultUpstream(),
      env: { UPSTREAM_TIMEOUT_MS: '20000', FORWARD_CLIENT_IP: 'on', TRUST_PROXY: 'on' },
    });
    const askTwice = async ({ endpoint, query }: Need, index: number) => {
      const as = callerNamed(`case${String.fromCodePoint(65 + index)}000000000000`);
      const options = { as, headers: { 'x-real-ip': `192.0.2.${index + 1}` } };
      const asked = `{ ${query.replaceAll('$', as.id)} }`;
      const well = await gateway.ask(asked, options);
      gateway.upstream.fail(fault, { ...rule, endpoint, userId: as.id });
      const timeout = waits ? { 'x-request-timeout-ms': '2500' } : undefined;
      return { well, ill: await gateway.ask(asked, { as, headers: { ...options.headers, ...timeout } }) };
    };
    const found: Awaited<ReturnType<typeof askTwice>>[] = waits ? await Promise.all(needs.map(askTwice)) : [];
    if (!waits) for (const [index, need] of needs.entries()) found.push(await askTwice(need, index));
    answers = found;
  });
  afterAll(() => gateway.close());

  it.each(needs.map((need, index) => ({ ...need, index })))(
    'costs what needs it, and nothing beside or below that: $endpoint',
    ({ endpoint, lost, hasOtherWay, index }) => {
      const { well, ill } = answers[index] ?? expect.unreachable();
      expect([well.errors, JSON.stringify(well.data).includes('null')]).toEqual([undefined, false]);
      // A build without the premium endpoints has no receipts, which is no failure.
      const isNone = endpoint === 'chat.getMessageReadReceipts' && rule?.status === 404;
      const nulls = lost.filter((path) => valueAt(ill.data, path) === null);
      if (hasOtherWay !== true) expect(nulls).toEqual(code === undefined || isNone ? [] : lost);
      expect(ill.codes).toEqual(Object.fromEntries(nulls.map((path) => [path, code])));
      const changed = isNone ? lost : nulls;
      expect(without(ill.data, changed)).toEqual(without(well.data, changed));
    },
  );
});
