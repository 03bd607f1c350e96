import { describe, expect, it } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { type GraphqlResult, type TestGateway, startTestGateway } from '../support/gateway.ts';
import { codesOf } from '../support/scenario.ts';

/** An account whose list of all rooms is too large to read. */

const { busyRoomId, groupRoomId, selfRoomId, shapesRoomId } = landmarks;
const ids = [busyRoomId, groupRoomId, selfRoomId, shapesRoomId];
const byId = (fields: string, of = ids) =>
  `{ ${of.map((id, index) => `r${index}: directMessage(id: "${id}") { ${fields} }`).join(' ')} }`;
const report = { 'x-upstream-report': '1' };
const reportOf = ({ extensions }: GraphqlResult) =>
  extensions?.['upstream'] as { plannedCalls: number; atMost: number; calls: number };

/** Adds nine million characters to the response. */
function swell(gateway: TestGateway, endpoint: string): void {
  gateway.demo.fail(endpoint, { transform: (body) => ({ ...(body as object), more: 'x'.repeat(9_000_000) }) });
}

describe('L1: a room list over eight megabytes', () => {
  it('L1: rooms by id and counters work without the room list, which is requested only once', async () => {
    const gateway = await startTestGateway();
    const expected = await gateway.ask(byId('kind usernames counters { unreadCount unreadSince }'));
    swell(gateway, 'rooms.get');
    const ask = () =>
      gateway.askCounting(byId('kind usernames counters { unreadCount unreadSince }'), { headers: report });

    const first = await ask();
    expect([first.errors, first.data]).toEqual([undefined, expected.data]);
    expect(first.calls.filter((call) => call.startsWith('rooms.get'))).toHaveLength(1);
    expect(reportOf(first)).toMatchObject({ plannedCalls: 2, atMost: 22, calls: 2 + 4 + 4 });

    const second = await ask();
    expect([second.errors, second.data]).toEqual([undefined, expected.data]);
    expect(second.calls.toSorted()).toEqual(
      [...ids.map((id) => `im.counters?roomId=${id}`), ...ids.map((id) => `rooms.info?roomId=${id}`)].toSorted(),
    );
    expect(reportOf(second)).toMatchObject({ plannedCalls: 8, atMost: 8, calls: 8 });
  });

  it('L1: without the room list, counters of listed rooms still share one call and others cost one each', async () => {
    const gateway = await startTestGateway();
    swell(gateway, 'rooms.get');
    await gateway.ask(byId('kind'));
    const query = `{ viewer { directMessages(first: 20) { nodes { counters { unreadCount } } } } one: directMessage(id: "${busyRoomId}") { counters { joined } } }`;
    const result = await gateway.askCounting(query, { headers: report });
    expect(result.errors).toBeUndefined();
    expect(result.calls.map((call) => call.replace(/\?.*/, '')).toSorted()).toEqual([
      'im.counters',
      'im.list',
      'subscriptions.get',
    ]);
    expect(reportOf(result)).toMatchObject({ plannedCalls: 3, calls: 3 });
  });

  it('L1: without the room list, a request answers as many rooms as its calls allow, and the others have an error', async () => {
    const gateway = await startTestGateway({ env: { MAX_UPSTREAM_CALLS: '3' } });
    swell(gateway, 'rooms.get');
    const first = await gateway.askCounting(byId('kind'), { headers: report });
    expect(first.calls).toHaveLength(3);
    expect(Object.values(first.data ?? {}).filter((room) => (room as { kind: unknown }).kind !== null)).toHaveLength(2);
    expect(codesOf(first)).toEqual(['r2.kind: UPSTREAM_BAD_RESPONSE', 'r3.kind: UPSTREAM_BAD_RESPONSE']);
    expect(first.errors?.[0]).toMatchObject({
      message: "The workspace's response to rooms.get is too large.",
      extensions: { reason: 'too_large' },
    });
    // From now on it is known, and priced.
    const second = await gateway.askCounting(byId('kind'));
    expect([second.status, second.errors?.[0]?.extensions['cost'], second.calls]).toMatchObject([
      400,
      { estimated: 4, limit: 3 },
      [],
    ]);
    expect((await gateway.ask(byId('kind', ids.slice(0, 3)))).errors).toBeUndefined();
  });

  it('L1: one user’s oversized room list does not affect other users', async () => {
    const gateway = await startTestGateway();
    const other = gateway.demo.world.accounts.find(
      ({ id }) =>
        gateway.demo.world.subscriptionsOf(id).filter(({ t }) => t === 'd').length > 3 &&
        id !== gateway.demo.world.member.id,
    );
    gateway.demo.fail('rooms.get', {
      when: ({ userId }) => userId === gateway.demo.world.member.id,
      transform: (body) => ({ ...(body as object), more: 'x'.repeat(9_000_000) }),
    });
    await gateway.ask(byId('kind'));
    const rooms = gateway.demo.world
      .subscriptionsOf(other?.id ?? '')
      .filter(({ t }) => t === 'd')
      .map(({ rid }) => rid)
      .slice(0, 4);
    const { errors, calls } = await gateway.askCounting(byId('kind', rooms), { as: other ?? null });
    expect([errors, calls]).toEqual([undefined, ['rooms.get']]);
  });
});

describe('L1: a membership list over eight megabytes', () => {
  it('L1: without the membership list, counters are read one by one', async () => {
    const gateway = await startTestGateway();
    const query =
      '{ viewer { directMessages(first: 5) { nodes { id counters { unreadCount unreadSince joined } } } } }';
    const expected = await gateway.ask(query);
    swell(gateway, 'subscriptions.get');
    const first = await gateway.askCounting(query, { headers: report });
    expect([first.errors, first.data]).toEqual([undefined, expected.data]);
    expect(reportOf(first)).toMatchObject({ plannedCalls: 2, calls: 7 });
    const second = await gateway.askCounting(query, { headers: report });
    expect([second.errors, second.data]).toEqual([undefined, expected.data]);
    expect(reportOf(second)).toMatchObject({ plannedCalls: 6, calls: 6 });
  });
});
