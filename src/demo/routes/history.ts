import { cutPage, readPaging, sortRows } from '../paging.ts';
import { presentMessage } from '../present.ts';
import type { Call, Route } from '../route.ts';
import { textOf } from '../route.ts';
import { historySchema } from '../schemas.ts';
import type { Settings } from '../settings.ts';
import type { Message, Room } from '../types.ts';
import { readRoom } from './messages.ts';

type Bound = Call['params'][string];

const LOWEST = Date.parse('0000-01-01T00:00:00.000Z');
const HIGHEST = Date.parse('9999-12-31T23:59:59.999Z');

/** A bound that compares with stored instants as text. What is no date counts as 1970: MongoDB stores it so. */
function readBound(value: Bound): string | undefined {
  const text = textOf(value);
  if (text === undefined) return undefined;
  const ms = new Date(text).getTime();
  return new Date(Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, LOWEST), HIGHEST)).toISOString();
}

/** The room's own list of hidden types, if it has one, else the workspace's. */
function hiddenTypes(room: Room, settings: Settings): Set<string> {
  const types = Array.isArray(room.sysMes) ? room.sysMes : settings.hideSystemMessages;
  return new Set(types.flatMap((type) => (type === 'mute_unmute' ? ['user-muted', 'user-unmuted'] : [type])));
}

function visibleMessages({ params, world, settings }: Call, room: Room): Message[] {
  const hidden = hiddenTypes(room, settings);
  const showsThreads = params['showThreadMessages'] === 'true';
  return world
    .messagesOf(room._id)
    .filter(
      (message) =>
        message._hidden !== true &&
        (message.t === undefined || !hidden.has(message.t)) &&
        (showsThreads || message.tmid === undefined || message.tshow === true),
    );
}

/** `unreads` counts what lies between `oldest` and the page: nothing to do with what the caller has read. */
function gapBelow(page: readonly Message[], visible: readonly Message[], oldest: Bound): Record<string, unknown> {
  const end = page.at(-1)?.ts;
  const isDate = !Number.isNaN(Date.parse(textOf(oldest) ?? ''));
  const start = readBound(oldest);
  if (end === undefined || start === undefined || !isDate || end <= start) return { unreadNotLoaded: 0 };
  const gap = visible.filter(({ ts }) => ts > start && ts < end);
  return { firstUnread: sortRows(gap, [['ts', 1]])[0], unreadNotLoaded: gap.length };
}

/**
 * `dm.history`: newest first, whatever `sort` says. Without `latest` there is no upper bound: Rocket.Chat's is the
 * present moment, and the demo's present is its newest message.
 */
export const history: Route = {
  schemas: { R7: historySchema, R8: historySchema },
  handle(call) {
    const { params, settings } = call;
    const visible = visibleMessages(call, readRoom(call));
    const latest = readBound(params['latest']);
    const oldest = readBound(params['oldest']);
    const isInclusive = params['inclusive'] === 'true';
    const inRange = visible.filter(
      ({ ts }) =>
        (latest === undefined || ts < latest || (isInclusive && ts === latest)) &&
        (oldest === undefined || ts > oldest || (isInclusive && ts === oldest)),
    );
    const page = cutPage(sortRows(inRange, [['ts', -1]]), readPaging(params, settings));
    return {
      messages: page.map((message) => presentMessage(message, call)),
      ...(params['unreads'] === 'true' && gapBelow(page, visible, params['oldest'])),
    };
  },
};
