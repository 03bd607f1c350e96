import { cutPage, readPaging, sortRows } from '../paging.ts';
import { presentMessage } from '../present.ts';
import { textOf, type Call, type Route } from '../route.ts';
import { historySchema } from '../schemas.ts';
import type { Settings } from '../settings.ts';
import type { Message, Room } from '../types.ts';
import { readRoom } from './messages.ts';

type Bound = Call['params'][string];

/** A bound in epoch milliseconds. An invalid date counts as 1970, as in MongoDB. */
function readBound(value: Bound): number | undefined {
  const text = textOf(value);
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? 0 : ms;
}

const sentAt = ({ ts }: Message): number => Date.parse(ts);

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

/** `unreads` counts messages between `oldest` and the page, read or not. */
function gapBelow(page: readonly Message[], visible: readonly Message[], oldest: Bound): Record<string, unknown> {
  const last = page.at(-1);
  const start = Date.parse(textOf(oldest) ?? '');
  // An invalid date is neither before nor after anything.
  if (last === undefined || !(sentAt(last) > start)) return { unreadNotLoaded: 0 };
  const gap = visible.filter((message) => sentAt(message) > start && sentAt(message) < sentAt(last));
  return { firstUnread: sortRows(gap, [['ts', 1]])[0], unreadNotLoaded: gap.length };
}

/**
 * `dm.history`: newest first, ignoring `sort`. Without `latest` a range ends now, which in the demo is just after the
 * newest event, so messages dated later are not in it.
 */
export const history: Route = {
  schemas: { R7: historySchema, R8: historySchema },
  handle(call) {
    const { params, settings, world } = call;
    const visible = visibleMessages(call, readRoom(call));
    const latest = readBound(params['latest']) ?? Date.parse(world.now) + 1;
    const oldest = readBound(params['oldest']);
    const isInclusive = params['inclusive'] === 'true';
    const inRange = visible.filter((message) => {
      const ms = sentAt(message);
      const isAfter = oldest === undefined || ms > oldest || (isInclusive && ms === oldest);
      return isAfter && (ms < latest || (isInclusive && ms === latest));
    });
    const page = cutPage(sortRows(inRange, [['ts', -1]]), readPaging(params, settings));
    return {
      messages: page.map((message) => presentMessage(message, call)),
      ...(params['unreads'] === 'true' && gapBelow(page, visible, params['oldest'])),
    };
  },
};
