import type { RequestUpstream } from '../upstream/request-upstream.ts';
import type { SearchAllowance } from './search-allowance.ts';
import type { BulkOrSingle } from './bulk-or-single.ts';
import { createCallerLists } from './caller-lists.ts';
import { countersLoader } from './counters.ts';
import {
  anyMessageLoader,
  historyPageLoader,
  messageLoader,
  messagePageLoader,
  threadPageLoader,
  threadRootLoader,
} from './messages.ts';
import { nodeLoader } from './nodes.ts';
import { receiptsByIdLoader, receiptsLoader } from './receipts.ts';
import { createRoomCheck } from './room-check.ts';
import { roomInfoLoader, roomLoader, roomPageLoaders } from './rooms.ts';
import { meLoader, membersLoader, roomUserLoader, userLoader } from './users.ts';
import { BulkFallback } from './bulk-fallback.ts';

/** The loaders of one request. They hold one caller's data: never share them, or keep them beyond the request. */
export function createLoaders(upstream: RequestUpstream, search: SearchAllowance, modes: BulkOrSingle) {
  const caller = createCallerLists(upstream);
  const roomInfos = roomInfoLoader(upstream);
  const fallback = new BulkFallback(upstream, search);
  const rooms = roomLoader(caller, roomInfos, fallback, modes.records);
  const check = createRoomCheck(upstream, rooms);
  const anyMessages = anyMessageLoader(upstream);
  const messages = messageLoader(anyMessages, check);
  const receipts = receiptsLoader(upstream);
  const members = membersLoader(upstream, check, search);
  const users = userLoader(upstream);
  return {
    roomInfos,
    rooms,
    roomPages: roomPageLoaders(upstream),
    subscriptions: caller.subscriptions,
    counters: countersLoader(upstream, caller, fallback, modes.counters),
    messagePages: messagePageLoader(upstream, check, anyMessages),
    historyPages: historyPageLoader(upstream, check, anyMessages),
    messages,
    threadPages: threadPageLoader(upstream),
    threadRoots: threadRootLoader(anyMessages),
    nodes: nodeLoader({ subscriptions: caller.subscriptions, anyMessages, messages, users, check }),
    receipts,
    receiptsById: receiptsByIdLoader(receipts, messages, check),
    members,
    users,
    roomUsers: roomUserLoader(users, members, search, modes.users),
    me: meLoader(upstream),
  };
}

export type Loaders = ReturnType<typeof createLoaders>;
