import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { landmarks } from '../../../src/demo/seed.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

const { busyRoomId, groupRoomId, messages } = landmarks;

interface Info {
  readonly startCursor: string | null;
  readonly endCursor: string | null;
  readonly hasPreviousPage: boolean;
}

/** Every connection, in variants that differ in room, filter, order or range: a cursor holds for its own alone. */
const connections: [name: string, query: (args: string) => string][] = [
  [
    'messages',
    (args) =>
      `{ directMessage(id: "${busyRoomId}") { c: messages(${args}) { pageInfo { startCursor endCursor hasPreviousPage } } } }`,
  ],
  [
    'messages of another room',
    (args) =>
      `{ directMessage(id: "${groupRoomId}") { c: messages(${args}) { pageInfo { startCursor endCursor hasPreviousPage } } } }`,
  ],
  [
    'messages in another order',
    (args) =>
      `{ directMessage(id: "${busyRoomId}") { c: messages(${args} orderBy: { field: SENT_AT, direction: ASC }) { pageInfo { startCursor endCursor hasPreviousPage } } } }`,
  ],
  [
    'messages by another field',
    (args) =>
      `{ directMessage(id: "${busyRoomId}") { c: messages(${args} orderBy: { field: UPDATED_AT, direction: DESC }) { pageInfo { startCursor endCursor hasPreviousPage } } } }`,
  ],
  [
    'messages that mention somebody',
    (args) =>
      `{ directMessage(id: "${busyRoomId}") { c: messages(${args} filterBy: { mentioning: ["${landmarks.users.member}"] }) { pageInfo { startCursor endCursor hasPreviousPage } } } }`,
  ],
  [
    'history',
    (args) =>
      `{ directMessage(id: "${busyRoomId}") { c: history(${args}) { pageInfo { startCursor endCursor hasPreviousPage } } } }`,
  ],
  [
    'history of another room',
    (args) =>
      `{ directMessage(id: "${groupRoomId}") { c: history(${args}) { pageInfo { startCursor endCursor hasPreviousPage } } } }`,
  ],
  [
    'history of a range',
    (args) =>
      `{ directMessage(id: "${busyRoomId}") { c: history(${args} range: { since: "2020-01-01T00:00:00.000Z" }) { pageInfo { startCursor endCursor hasPreviousPage } } } }`,
  ],
  [
    'history with thread replies',
    (args) =>
      `{ directMessage(id: "${busyRoomId}") { c: history(${args} includeThreadReplies: true) { pageInfo { startCursor endCursor hasPreviousPage } } } }`,
  ],
  [
    'members',
    (args) =>
      `{ directMessage(id: "${groupRoomId}") { c: members(${args}) { pageInfo { startCursor endCursor hasPreviousPage } } } }`,
  ],
  [
    'members of another room',
    (args) =>
      `{ directMessage(id: "${landmarks.largestGroupRoomId}") { c: members(${args}) { pageInfo { startCursor endCursor hasPreviousPage } } } }`,
  ],
  [
    'receipts',
    (args) =>
      `{ message(id: "${messages.plain}") { c: readReceipts(${args}) { pageInfo { startCursor endCursor hasPreviousPage } } } }`,
  ],
  [
    'receipts of another message',
    (args) =>
      `{ message(id: "${messages.deletedReader}") { c: readReceipts(${args}) { pageInfo { startCursor endCursor hasPreviousPage } } } }`,
  ],
  [
    'rooms of the caller',
    (args) => `{ viewer { c: directMessages(${args}) { pageInfo { startCursor endCursor hasPreviousPage } } } }`,
  ],
  [
    'rooms of the caller in another order',
    (args) =>
      `{ viewer { c: directMessages(${args} orderBy: { field: CREATED_AT, direction: ASC }) { pageInfo { startCursor endCursor hasPreviousPage } } } }`,
  ],
  ['all rooms', (args) => `{ c: directMessages(${args}) { pageInfo { startCursor endCursor hasPreviousPage } } }`],
];

/** Every parameter that any endpoint documents and this gateway sends. */
const documented = new Set([
  'roomId',
  'userId',
  'messageId',
  'msgId',
  'offset',
  'count',
  'sort',
  'mentionIds',
  'starredIds',
  'pinned',
  'latest',
  'oldest',
  'inclusive',
  'showThreadMessages',
  'unreads',
]);

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { LOG_LEVEL: 'silent' } });
});
afterAll(() => gateway.close());

const ask = (query: string) => gateway.askCounting(query, { as: caller(query) });
const caller = (query: string) => (query.startsWith('{ c:') ? gateway.demo.world.admin : gateway.demo.world.member);

/** The connection in an answer, wherever it is. */
function infoOf(data: unknown): Info | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  if ('c' in data) return (data.c as { pageInfo: Info } | null)?.pageInfo;
  return Object.values(data)
    .map(infoOf)
    .find((info) => info !== undefined);
}

async function issueCursor(query: (args: string) => string): Promise<string> {
  const { data, errors } = await ask(query('first: 1'));
  expect(errors).toBeUndefined();
  return infoOf(data)?.endCursor ?? expect.unreachable('no cursor was issued');
}

describe('a cursor', () => {
  it.each(connections)('a cursor of %s is short and continues its own list', async (_name, query) => {
    const cursor = await issueCursor(query);
    expect(cursor).toMatch(/^[\w-]{1,199}$/);
    const { data, errors } = await ask(query(`first: 1 after: "${cursor}"`));
    expect(errors).toBeUndefined();
    expect(infoOf(data)).toMatchObject({ hasPreviousPage: true });
    expect(infoOf(data)?.startCursor).not.toBe(cursor);
  });

  it.each(connections)(
    'a cursor of %s is rejected by every other list, before any call for a page',
    async (name, query) => {
      const cursor = await issueCursor(query);
      for (const [other, otherQuery] of connections.filter(([otherName]) => otherName !== name)) {
        const { errors, calls } = await ask(otherQuery(`first: 1 after: "${cursor}"`));
        expect(errors, other).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
        expect(errors?.[0]?.message).toBe(
          '`after` is not a cursor of this list: use one from the same room, filter and order.',
        );
        expect(calls.filter((call) => !call.startsWith('chat.getMessage?'))).toEqual([]);
      }
    },
  );

  it.each(connections)(
    'of %s with any byte changed, or cut short, is refused and never an internal error',
    async (_name, query) => {
      const cursor = await issueCursor(query);
      const mangled = Array.from(cursor).flatMap((letter, index) => [
        `${cursor.slice(0, index)}${letter === 'A' ? 'B' : 'A'}${cursor.slice(index + 1)}`,
        cursor.slice(0, index),
      ]);
      const before = gateway.demo.calls.length;
      for (const text of new Set(mangled)) {
        const { errors } = await ask(query(`first: 1 after: "${text}"`));
        expect(errors, text).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      }
      for (const call of gateway.demo.calls.slice(before)) {
        expect(Object.keys(call.query).filter((parameter) => !documented.has(parameter))).toEqual([]);
      }
    },
  );

  it('a cursor grants nothing: another user needs their own access to the room', async () => {
    const [, query] = connections[0] ?? expect.unreachable();
    const cursor = await issueCursor(query);
    const { data, errors } = await gateway.ask(query(`first: 1 after: "${cursor}"`), { as: gateway.demo.world.admin });
    expect(data).toEqual({ directMessage: { c: null } });
    expect(errors).toMatchObject([{ path: ['directMessage', 'c'], extensions: { code: 'FORBIDDEN' } }]);
  });

  it('a cursor outlives the gateway that issued it', async () => {
    const [, query] = connections[0] ?? expect.unreachable();
    const cursor = await issueCursor(query);
    const restarted = await startTestGateway({ demo: gateway.demo, env: { LOG_LEVEL: 'silent' } });
    const { data, errors } = await restarted.ask(query(`first: 1 after: "${cursor}"`));
    await restarted.close();
    expect(errors).toBeUndefined();
    expect(infoOf(data)).toMatchObject({ hasPreviousPage: true });
  });
});

describe('history', () => {
  const history = (args: string, fields: string) =>
    `{ directMessage(id: "${busyRoomId}") { history(${args}) { ${fields} } } }`;
  const since = '2026-10-01T00:00:00.000Z';

  it('a history counts its gap only if that is selected and `since` is given', async () => {
    const unreadsOf = async (args: string, fields: string) =>
      (await gateway.askCounting(history(args, fields))).calls.map((call) => call.includes('unreads=true'));
    expect(await unreadsOf(`first: 3 range: { since: "${since}" }`, 'nodes { id }')).toEqual([false]);
    expect(await unreadsOf('first: 3', 'notLoadedCount firstNotLoaded { id }')).toEqual([false]);
    expect(await unreadsOf(`first: 3 range: { since: "${since}" }`, 'notLoadedCount firstNotLoaded { id }')).toEqual([
      false,
      true,
    ]);
    expect(await unreadsOf(`first: 3 range: { since: "${since}" }`, '...{ firstNotLoaded { id } }')).toEqual([
      false,
      true,
    ]);
    expect(
      await unreadsOf(`first: 3 range: { since: "${since}" }`, 'notLoadedCount @skip(if: true) nodes { id }'),
    ).toEqual([false]);
  });

  it('a history reports the gap between `since` and each page as upstream counts it', async () => {
    const inRange = gateway.demo.world
      .messagesOf(busyRoomId)
      .filter(
        (message) =>
          message.ts > since && message._hidden !== true && (message.tmid === undefined || message.tshow === true),
      );
    const oldest = inRange.toSorted((a, b) => (a.ts < b.ts ? -1 : 1))[0];
    let after = '';
    for (let left = inRange.length - 40; ; left -= 40) {
      const { data, errors } = await gateway.ask(
        history(
          `first: 40 range: { since: "${since}" } ${after}`,
          'notLoadedCount firstNotLoaded { id } pageInfo { hasNextPage endCursor }',
        ),
      );
      expect(errors).toBeUndefined();
      const page = (
        data as unknown as { directMessage: { history: { pageInfo: { endCursor: string; hasNextPage: boolean } } } }
      ).directMessage.history;
      expect(page).toMatchObject({
        notLoadedCount: Math.max(0, left),
        firstNotLoaded: left > 0 ? { id: oldest?._id } : null,
        pageInfo: { hasNextPage: left > 0 },
      });
      if (left <= 0) break;
      after = `after: "${page.pageInfo.endCursor}"`;
    }
  });

  it('a history without `since` has no gap', async () => {
    const { data } = await gateway.ask(history('first: 1', 'notLoadedCount firstNotLoaded { id }'));
    expect(data).toEqual({ directMessage: { history: { notLoadedCount: null, firstNotLoaded: null } } });
  });

  it('a history rejects a range that ends before it starts, without a call', async () => {
    const { data, errors, calls } = await gateway.askCounting(
      history('range: { since: "2026-10-02T00:00:00Z", until: "2026-10-01T23:59:59+00:00" }', 'nodes { id }'),
    );
    expect(data).toBeUndefined();
    expect(errors).toMatchObject([
      {
        path: ['directMessage', 'history'],
        message: '`range.since` is after `range.until`: swap them.',
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
    expect(calls).toEqual([]);
  });

  it('a history whose cursor was deleted finds newer messages with one call, only if hasPreviousPage is selected', async () => {
    const restarted = await startTestGateway({ env: { LOG_LEVEL: 'silent' } });
    const { world } = restarted.demo;
    const first = await restarted.ask(history('first: 2', 'nodes { id } pageInfo { endCursor }'));
    const page = (
      first.data as unknown as {
        directMessage: { history: { nodes: { id: string }[]; pageInfo: { endCursor: string } } };
      }
    ).directMessage.history;
    world.remove(page.nodes[1]?.id ?? '');
    const next = (fields: string) =>
      restarted.askCounting(history(`first: 2 after: "${page.pageInfo.endCursor}"`, fields));
    const withNewer = await next('pageInfo { hasPreviousPage }');
    expect(withNewer.data).toEqual({ directMessage: { history: { pageInfo: { hasPreviousPage: true } } } });
    expect(withNewer.calls).toHaveLength(2);
    world.remove(page.nodes[0]?.id ?? '');
    expect((await next('pageInfo { hasPreviousPage }')).data).toEqual({
      directMessage: { history: { pageInfo: { hasPreviousPage: false } } },
    });
    expect((await next('nodes { id }')).calls).toHaveLength(1);
    await restarted.close();
  });
});
