import type { RequestUpstream } from '../upstream/request-upstream.ts';
import type { SearchAllowance } from './search-allowance.ts';
import type { BulkOrSingle } from './bulk-or-single.ts';
import { createCallerLists } from './caller-lists.ts';
import { countersLoader } from './counters.ts';
import { historyPageLoader, messageLoader, messagePageLoader } from './messages.ts';
import { receiptsByIdLoader, receiptsLoader } from './receipts.ts';
import { createRoomCheck } from './room-check.ts';
import { roomInfoLoader, roomLoader, roomPageLoaders } from './rooms.ts';
import { meLoader, membersLoader, userLoader } from './users.ts';
import { BulkFallback } from './bulk-fallback.ts';

/** The loaders of one request. They hold one caller's data: never share them, or keep them beyond the request. */
export function createLoaders(upstream: RequestUpstream, search: SearchAllowance, modes: BulkOrSingle) {
  const caller = createCallerLists(upstream);
  const roomInfos = roomInfoLoader(upstream);
  const fallback = new BulkFallback(upstream, search);
  const rooms = roomLoader(caller, roomInfos, fallback, modes.records);
  const check = createRoomCheck(upstream, rooms);
  const messages = messageLoader(upstream, check);
  const receipts = receiptsLoader(upstream);
  return {
    roomInfos,
    rooms,
    roomPages: roomPageLoaders(upstream),
    subscriptions: caller.subscriptions,
    counters: countersLoader(upstream, caller, fallback, modes.counters),
    messagePages: messagePageLoader(upstream, check),
    historyPages: historyPageLoader(upstream, check),
    messages,
    receipts,
    receiptsById: receiptsByIdLoader(receipts, messages, check),
    members: membersLoader(upstream, check, search),
    users: userLoader(upstream),
    me: meLoader(upstream),
  };
}

export type Loaders = ReturnType<typeof createLoaders>;
