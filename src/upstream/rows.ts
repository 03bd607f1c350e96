import { GatewayError } from '../errors.ts';
import { asObject, type JsonObject } from '../json.ts';
import { badShape } from './answers.ts';
import type { Endpoint, UpstreamClient } from './client.ts';
import type { ReadRow, RestDirectMessage, RestPage, RestUser } from './types.ts';

/** Rows of a list at most: GraphQL's Int. */
const maxTotal = 2_147_483_647;

/**
 * The list `name` of an answer. A missing list is a broken answer, never an empty one; more rows than were asked for
 * are cut off, and a row that cannot be read leaves a gap in its place.
 */
export function readRows<Row>(
  upstream: UpstreamClient,
  endpoint: Endpoint,
  body: JsonObject,
  name: string,
  readRow: ReadRow<Row>,
  maxRows = Number.POSITIVE_INFINITY,
): (Row | undefined)[] {
  const list = body[name];
  if (!Array.isArray(list)) throw badShape(endpoint, `no list \`${name}\``);
  const rows = list.slice(0, maxRows).map((item: unknown) => {
    const row = asObject(item);
    return row === undefined ? undefined : readRow(row);
  });
  upstream.droppedRows += rows.filter((row) => row === undefined).length;
  return rows;
}

/** The same with the `total` beside it, for endpoints that take `offset` and `count`. */
export function readPage<Row>(
  upstream: UpstreamClient,
  endpoint: Endpoint,
  body: JsonObject,
  name: string,
  readRow: ReadRow<Row>,
  count: number,
): RestPage<Row> {
  const rows = readRows(upstream, endpoint, body, name, readRow, count);
  upstream.workspace.longestPage = Math.max(upstream.workspace.longestPage, rows.length);
  const { total } = body;
  if (typeof total !== 'number' || !Number.isSafeInteger(total) || total < 0 || total > maxTotal) {
    throw badShape(endpoint, 'no `total`');
  }
  return { rows, total };
}

/** The rooms of a list are rooms: their ids are safe to ask with. */
export function nameRooms(upstream: UpstreamClient, page: RestPage<RestDirectMessage>): RestPage<RestDirectMessage> {
  for (const room of page.rows) if (room !== undefined) upstream.rooms.add(room._id);
  return page;
}

const namesAUser = () =>
  new GatewayError('NOT_FOUND', 'There is no room of that id: it names a user. See `directMessageWith`.');

/** Refuses members of whom one has the id or name that was asked for: that was a user's, and these are of his room. */
export function refuseOwnName(members: readonly (RestUser | undefined)[], roomId: string): void {
  if (members.some((member) => member?._id === roomId || member?.['username'] === roomId)) throw namesAUser();
}

/**
 * Refuses an answer whose messages are all of another room: what was asked for was a user's id or name, which
 * Rocket.Chat takes for the room with that user.
 */
export function refuseOtherRoom(body: JsonObject, roomId: string): void {
  const { messages } = body;
  if (!Array.isArray(messages) || messages.length === 0) return;
  const rooms = messages.map((message: unknown) => asObject(message)?.['rid']);
  if (rooms.every((room) => typeof room === 'string' && room !== roomId)) throw namesAUser();
}
