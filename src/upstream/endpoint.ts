/** Every path that this gateway calls, below `/api/v1/`: all GET, none with a parameter name of the client's choosing. */
export type Endpoint =
  | 'chat.getMessage'
  | 'chat.getMessageReadReceipts'
  | 'chat.getThreadMessages'
  | 'chat.syncMessages'
  | 'dm.history'
  | 'dm.list.everyone'
  | 'dm.messages'
  | 'im.counters'
  | 'im.list'
  | 'im.members'
  | 'me'
  | 'rooms.get'
  | 'rooms.info'
  | 'subscriptions.get'
  | 'users.info';

/** Query parameters. Undefined is left out: Rocket.Chat rejects empty values and unknown names. */
export type Params = { readonly [name: string]: string | number | undefined };

/**
 * Endpoints that take a user's id or name as `roomId`, and create the room with that user when there is none. Two such
 * calls at a time could create two rooms, so they are retried for known rooms only.
 */
const createsRooms: ReadonlySet<Endpoint> = new Set(['dm.history', 'dm.messages', 'im.members']);

/** Whether the call may be made twice. */
export const isIdempotent = (endpoint: Endpoint, { roomId }: Params, isRoom: (roomId: string) => boolean): boolean =>
  !createsRooms.has(endpoint) || isRoom(String(roomId));

export function pathOf(endpoint: Endpoint, params: Params): string {
  let query = '';
  for (const name in params) {
    const value = params[name];
    if (value !== undefined) query += `${query === '' ? '?' : '&'}${name}=${encodeURIComponent(value)}`;
  }
  return `/api/v1/${endpoint}${query}`;
}
