import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/json.ts';
import { EndpointResponse } from '../../src/upstream/endpoint-response.ts';
import type { RestUser } from '../../src/upstream/types.ts';
import { refuseMemberId, refuseOtherRoom } from '../../src/upstream/user-ids.ts';

describe('a room id that turns out to be a user’s', () => {
  const isUserId = expect.objectContaining({
    code: 'NOT_FOUND',
    message: 'No room has that id: it names a user. Use `directMessageWith` for their room.',
  }) as Error;
  const user = (_id: string, username?: string) => ({ _id, username }) as unknown as RestUser;

  const responseOf = (json: JsonObject) =>
    new EndpointResponse(
      'dm.messages',
      { json, cut: undefined, timing: { date: undefined, tookMs: 0 } },
      () => undefined,
    );

  it('is refused when one of the members has that id or name', () => {
    for (const members of [
      [user('a', 'x'), user('b', 'anna')],
      [user('anna', 'a'), user('b')],
      [undefined, user('c', 'anna')],
    ]) {
      expect(() => refuseMemberId(members, 'anna')).toThrow(isUserId);
    }
    expect(() => refuseMemberId([undefined, user('a', 'anna2'), user('b')], 'anna')).not.toThrow();
    expect(() => refuseMemberId([], 'anna')).not.toThrow();
  });

  it('is refused when all messages are of another room', () => {
    const messagesOf =
      (...rooms: unknown[]) =>
      () =>
        refuseOtherRoom(responseOf({ messages: rooms.map((rid) => ({ rid })) }), 'anna');
    expect(messagesOf('room1', 'room1')).toThrow(isUserId);
    for (const fine of [
      messagesOf('anna'),
      messagesOf('room1', 'anna'),
      messagesOf('room1', undefined),
      messagesOf('room1', 5),
      messagesOf(),
    ])
      expect(fine).not.toThrow();
    expect(() => refuseOtherRoom(responseOf({ messages: [null, { rid: 'room1' }] }), 'anna')).not.toThrow();
    expect(() => refuseOtherRoom(responseOf({ messages: 'none' }), 'anna')).not.toThrow();
    expect(() => refuseOtherRoom(responseOf({}), 'anna')).not.toThrow();
  });
});
