import { describe, expect, it } from 'vitest';
import { Counters } from '../../src/resolvers/counters.ts';
import { DirectMessage } from '../../src/resolvers/direct-message.ts';
import { messageOrder, roomOrder } from '../../src/resolvers/orders.ts';
import { ReadReceipt } from '../../src/resolvers/read-receipt.ts';
import { User } from '../../src/resolvers/user.ts';
import { UserReference } from '../../src/resolvers/parents.ts';
import { resolveField } from '../support/resolve.ts';

type Json = Record<string, unknown>;
const room = (fields: Json): Json => ({ _id: 'r1', t: 'd', ...fields });

describe('A field of a room', () => {
  it.each<[name: string, fields: Json, value: unknown]>([
    ['kind', { uids: ['a'] }, 'SELF'],
    ['kind', { uids: ['a', 'a'] }, 'SELF'],
    ['kind', { uids: ['a', 'b'] }, 'ONE_TO_ONE'],
    ['kind', { uids: ['a', 'b', 'a'] }, 'ONE_TO_ONE'],
    ['kind', { uids: ['a', 'b', 'c'] }, 'GROUP'],
    ['kind', { uids: ['a', 'b'], usernames: ['a'] }, 'ONE_TO_ONE'],
    ['kind', { usernames: ['a', 'b', 'c'] }, 'GROUP'],
    ['kind', { uids: [] }, null],
    ['kind', {}, null],
    ['usernames', { usernames: ['a', 7, 'b'] }, ['a', 'b']],
    ['usernames', { usernames: [] }, []],
    ['usernames', { usernames: 'a' }, null],
    ['userIds', {}, null],
    ['userIds', { uids: ['a', 'b'] }, ['a', 'b']],
    ['memberCount', { usersCount: 2.5 }, null],
    ['memberCount', { usersCount: 2 }, 2],
    ['messageCount', { msgs: 0 }, 0],
    ['messageCount', { msgs: 7 }, 7],
    ['createdAt', { ts: 'then' }, null],
    ['createdAt', { ts: '2026-01-02T03:04:05.678Z' }, '2026-01-02T03:04:05.678Z'],
    ['updatedAt', { _updatedAt: '2026-01-02T03:04:05.678Z' }, '2026-01-02T03:04:05.678Z'],
    ['lastMessageAt', { lm: null }, null],
    ['lastMessageAt', { lm: '2026-01-02T03:04:05.678Z' }, '2026-01-02T03:04:05.678Z'],
    ['lastMessage', {}, null],
    ['lastMessage', { lastMessage: { _id: 'm1', rid: 'r1' } }, null],
    ['topic', { topic: '' }, ''],
    ['topic', { topic: 'plans' }, 'plans'],
    ['description', { description: 7 }, null],
    ['description', { description: 'what for' }, 'what for'],
    ['announcement', { announcement: 'news' }, 'news'],
    ['isReadOnly', { ro: false }, false],
    ['isReadOnly', { ro: 'false' }, null],
    ['isDefault', { default: true }, true],
    ['isEncrypted', {}, null],
    ['isEncrypted', { encrypted: true }, true],
    ['showsSystemMessages', { sysMes: true }, true],
    ['showsSystemMessages', { sysMes: false }, false],
    ['showsSystemMessages', { sysMes: ['uj'] }, true],
    ['showsSystemMessages', { sysMes: 'uj' }, null],
    ['hiddenSystemTypes', { sysMes: ['uj', 7] }, ['uj']],
    ['hiddenSystemTypes', { sysMes: true }, null],
    ['typeCode', {}, 'd'],
  ])('%s of %j is %j', (name, fields, value) => expect(resolveField(DirectMessage, name, room(fields))).toEqual(value));

  it('lastMessage is null unless it is complete and of this room', () => {
    const lastMessage = { _id: 'm1', rid: 'r1', ts: '2026-01-02T03:04:05.678Z', u: { _id: 'u1' } };
    expect(resolveField(DirectMessage, 'lastMessage', room({ lastMessage }))).toBe(lastMessage);
    expect(resolveField(DirectMessage, 'lastMessage', room({ lastMessage: { ...lastMessage, rid: 'r2' } }))).toBeNull();
    expect(resolveField(DirectMessage, 'lastMessage', room({ lastMessage: { ...lastMessage, u: {} } }))).toBeNull();
  });
});

describe('A field of counters, of a user or of a receipt', () => {
  it.each([
    ['unreadCount', 'unreads', 3, 'three'],
    ['memberCount', 'members', 2, 2.5],
    ['messageCount', 'msgs', 0, '0'],
    ['userMentionCount', 'userMentions', 1, {}],
    ['unreadSince', 'unreadsFrom', '2026-01-02T03:04:05.678Z', 'then'],
    ['latestAt', 'latest', '2026-01-02T03:04:05.678Z', 5],
  ])('%s is `%s` if that is valid, else null', (name, key, right, wrong) => {
    const parent = (value: unknown) => ({ counters: { joined: true, [key]: value }, roomId: 'r', userId: 'u' });
    expect(resolveField(Counters, name, parent(right))).toBe(right);
    expect([wrong, null, undefined].map((value) => resolveField(Counters, name, parent(value)))).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('`joined` is upstream’s value', () => {
    expect([true, false].map((joined) => resolveField(Counters, 'joined', { counters: { joined } }))).toEqual([
      true,
      false,
    ]);
  });

  it('the id of counters tells rooms and users apart', () => {
    const idOf = (roomId: string, userId: string) => resolveField(Counters, 'id', { counters: {}, roomId, userId });
    expect(new Set([idOf('r', 'u'), idOf('r', 'u2'), idOf('r2', 'u')]).size).toBe(3);
    expect(idOf('r', 'u')).toBe(idOf('r', 'u'));
  });

  it.each([
    ['id', '_id'],
    ['messageId', 'messageId'],
    ['roomId', 'roomId'],
    ['userId', 'userId'],
    ['readAt', 'ts'],
  ])('%s of a receipt is its `%s`', (name, key) => {
    expect(resolveField(ReadReceipt, name, { [key]: 'value' })).toBe('value');
  });

  it.each(['username', 'name'])('%s is null where it is no text', (name) => {
    expect(['x', '', 7, null].map((value) => resolveField(User, name, { _id: 'u1', [name]: value }))).toEqual([
      'x',
      '',
      null,
      null,
    ]);
  });

  it('a receipt’s user is null unless it has an id', () => {
    const user = { _id: 'u1', name: 'A' };
    expect(
      [{ user }, { user: { name: 'A' } }, { user: 'u1' }, {}].map((receipt) =>
        resolveField(ReadReceipt, 'user', { roomId: 'r1', ...receipt }),
      ),
    ).toEqual([new UserReference('u1', 'r1', user), null, null, null]);
  });

  it.each([
    ['online', 'ONLINE'],
    ['away', 'AWAY'],
    ['busy', 'BUSY'],
    ['offline', 'OFFLINE'],
    ['Online', null],
    ['constructor', null],
    [7, null],
    [undefined, null],
  ])('the status of a user is upstream’s %j as %j', (status, shown) => {
    expect(resolveField(User, 'status', { _id: 'u1', status })).toBe(shown);
  });
});

describe('An order', () => {
  it('the default order is latest first, also for an explicit null', () => {
    for (const none of [null, undefined]) {
      expect(roomOrder(none)).toMatchObject({ name: 'LAST_MESSAGE_AT DESC', isDescending: true });
      expect(messageOrder(none)).toMatchObject({ name: 'SENT_AT DESC', isDescending: true });
    }
  });

  it.each([
    ['CREATED_AT', 'ts'],
    ['LAST_MESSAGE_AT', 'lm'],
    ['MESSAGE_COUNT', 'msgs'],
    ['UPDATED_AT', '_updatedAt'],
  ] as const)('rooms by %s sort by `%s`, then by id, in one direction', (field, key) => {
    const [ascending, descending] = (['ASC', 'DESC'] as const).map((direction) => roomOrder({ field, direction }));
    expect(ascending?.sortFor(false)).toEqual({ [key]: 1, _id: 1 });
    expect(ascending?.sortFor(true)).toEqual({ [key]: -1, _id: -1 });
    expect(descending?.sortFor(false)).toEqual({ [key]: -1, _id: -1 });
    expect(descending?.sortFor(true)).toEqual({ [key]: 1, _id: 1 });
    expect(Object.keys(ascending?.sortFor(false) ?? {})).toEqual([key, '_id']);
    expect([ascending?.isDescending, descending?.isDescending, ascending?.name]).toEqual([false, true, `${field} ASC`]);
  });

  it('messages sort by when they were sent or changed', () => {
    expect(
      (['SENT_AT', 'UPDATED_AT'] as const).map((field) => messageOrder({ field, direction: 'ASC' }).sortFor(false)),
    ).toEqual([
      { ts: 1, _id: 1 },
      { _updatedAt: 1, _id: 1 },
    ]);
  });

  it('an order reads a row’s place from its sort field', () => {
    const [early, late] = ['2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05.679Z'].map((lm) =>
      roomOrder(null).placeOf({ _id: 'r1', t: 'd', lm }),
    );
    expect(early?.key).not.toBeNull();
    expect(early?.key).not.toEqual(late?.key);
  });

  it('an order gives a row without its sort field a null key', () => {
    expect(roomOrder({ field: 'MESSAGE_COUNT', direction: 'ASC' }).placeOf({ _id: 'r1', t: 'd', msgs: '5' })).toEqual({
      key: null,
      id: 'r1',
    });
    expect(roomOrder({ field: 'MESSAGE_COUNT', direction: 'ASC' }).placeOf({ _id: 'r1', t: 'd', msgs: 5 })).toEqual({
      key: 5,
      id: 'r1',
    });
    expect(roomOrder(null).placeOf({ _id: 'r1', t: 'd', lm: 7 })).toEqual({ key: null, id: 'r1' });
  });
});
