import { GatewayError } from '../errors.ts';
import { asObject, type JsonObject } from '../json.ts';
import { badShape } from './transport/answers.ts';
import type { Endpoint, UpstreamClient } from './client.ts';
import {
  isHidden,
  readStored,
  type ReadRow,
  type RestDirectMessage,
  type RestPage,
  type RestRows,
  type RestUser,
  type StoredRow,
} from './types.ts';

/** Rows of a list at most: GraphQL's Int. */
const maxTotal = 2_147_483_647;

/**
 * The list `name` of an answer. A missing list is a broken answer, never an empty one; more rows than were asked for
 * are cut off, and a row that is hidden or cannot be read is left out, but keeps its place.
 */
export function readRows<Row>(
  upstream: UpstreamClient,
  endpoint: Endpoint,
  body: JsonObject,
  name: string,
  readRow: ReadRow<Row>,
  maxRows = Number.POSITIVE_INFINITY,
): RestRows<Row> {
  const list = body[name];
  if (!Array.isArray(list)) throw badShape(endpoint, `no list \`${name}\``);
  const rows: (Row | undefined)[] = [];
  const stored: (StoredRow | undefined)[] = [];
  for (const item of list.slice(0, maxRows) as unknown[]) {
    const json = asObject(item);
    const isShown = json !== undefined && !isHidden(json);
    const row = isShown ? readRow(json) : undefined;
    rows.push(row);
    stored.push(json && readStored(json));
    if (row === undefined && (isShown || json === undefined)) upstream.droppedRows += 1;
  }
  return { rows, stored };
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
  const { total } = body;
  if (typeof total !== 'number' || !Number.isSafeInteger(total) || total < 0 || total > maxTotal) {
    throw badShape(endpoint, 'no `total`');
  }
  return { ...rows, total };
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
