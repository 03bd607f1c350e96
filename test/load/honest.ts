import { isDeepStrictEqual } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import type { Account } from '../../src/demo/types.ts';
import type { World } from '../../src/demo/world.ts';
import type { Random } from '../support/random.ts';
import type { Sample } from './samples.ts';

/** What one person looks at; the same answer each time, as the workspace is at rest. */
interface Screen {
  readonly name: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const message =
  'id text sentAt author { name username } reactions { emoji count } attachments { kind title url } isStarred';

const mailbox = `query Mailbox($first: Int!) { viewer { unreadCount directMessages(first: $first) {
  totalCount nodes { id kind usernames lastMessage { text sentAt } counters { unreadCount unreadSince } } pageInfo { hasNextPage endCursor } } } }`;
const badge = 'query Badge { viewer { user { name } unreadCount } }';
const conversation = `query Conversation($id: ID!) { directMessage(id: $id) {
  topic usernames counters { memberCount unreadCount } members { nodes { name username } } messages(first: 30) { totalCount nodes { ${message} } } } }`;
const history = `query History($id: ID!, $first: Int!) { directMessage(id: $id) {
  history(first: $first) { nodes { ${message} } pageInfo { hasNextPage hasPreviousPage endCursor } } } }`;
const receipts = `query Receipts($id: ID!) { directMessage(id: $id) {
  messages(first: 3) { nodes { text readReceipts { totalCount nodes { readAt user { name } } } } } } }`;
const entities = `query Entities($representations: [_Any!]!) { _entities(representations: $representations) {
  __typename ... on DirectMessage { usernames lastMessageAt } ... on User { name username } } }`;

function screensOf({ id }: Account, world: World): Screen[] {
  const roomIds = world
    .subscriptionsOf(id)
    .filter(({ t }) => t === 'd')
    .map(({ rid }) => rid)
    .slice(0, 3);
  const rooms = roomIds.map((roomId) => ({ __typename: 'DirectMessage', id: roomId }));
  return [
    { name: 'mailbox', query: mailbox, variables: { first: 20 } },
    { name: 'badge', query: badge, variables: {} },
    { name: 'entities', query: entities, variables: { representations: [...rooms, { __typename: 'User', id }] } },
    ...roomIds.flatMap((roomId) => [
      { name: 'conversation', query: conversation, variables: { id: roomId } },
      { name: 'history', query: history, variables: { id: roomId, first: 10 } },
      { name: 'receipts', query: receipts, variables: { id: roomId } },
    ]),
  ];
}

/** Milliseconds after which a person gives up. */
const patienceMs = 15_000;

async function look(
  url: string,
  { id, token }: Account,
  { query, variables }: Screen,
): Promise<{ outcome: string; data: unknown }> {
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-user-id': id, 'x-auth-token': token },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(patienceMs),
    });
    const { data, errors } = (await response.json()) as {
      data?: unknown;
      errors?: { extensions?: { code?: string } }[];
    };
    const code = errors?.[0]?.extensions?.code;
    if (response.status !== 200 || code !== undefined) return { outcome: `${response.status} ${code ?? ''}`, data };
    return { outcome: 'ok', data };
  } catch {
    return { outcome: 'no answer', data: undefined };
  }
}

/** Somebody who looks at their screens, one after the other, and knows what they showed before. */
export class HonestCaller {
  readonly #url: string;
  readonly #account: Account;
  readonly #screens: readonly Screen[];
  readonly #shown = new Map<Screen, unknown>();

  constructor(url: string, account: Account, world: World) {
    this.#url = url;
    this.#account = account;
    this.#screens = screensOf(account, world);
  }

  /** Looks at everything twice, so that each query is known in every form that it takes, and remembers what was shown. */
  async settleIn(): Promise<Sample[]> {
    const samples: Sample[] = [];
    for (const screen of [...this.#screens, ...this.#screens]) samples.push(await this.#lookAt(screen));
    return samples;
  }

  /** Goes on until told to stop. */
  async browse(random: Random, signal: AbortSignal): Promise<Sample[]> {
    const samples: Sample[] = [];
    while (!signal.aborted) {
      samples.push(await this.#lookAt(random.pick(this.#screens)));
      await delay(400 + random.below(600), undefined, { signal }).catch(() => undefined);
    }
    return samples;
  }

  async #lookAt(screen: Screen): Promise<Sample> {
    const startedAt = performance.now();
    const { outcome, data } = await look(this.#url, this.#account, screen);
    const ms = performance.now() - startedAt;
    const isAsBefore = !this.#shown.has(screen) || isDeepStrictEqual(data, this.#shown.get(screen));
    if (outcome === 'ok') this.#shown.set(screen, data);
    const ending = outcome === 'ok' && !isAsBefore ? 'another answer' : outcome;
    return { caller: this.#account.username, outcome: ending === 'ok' ? 'ok' : `${screen.name}: ${ending}`, ms };
  }
}
