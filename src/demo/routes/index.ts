import type { Route } from '../route.ts';
import { counters } from './counters.ts';
import { history } from './history.ts';
import { members } from './members.ts';
import { message, messages, messagesOfOthers } from './messages.ts';
import { receipts } from './receipts.ts';
import { list, listEveryone, roomInfo, rooms } from './rooms.ts';
import { subscription, subscriptions } from './subscriptions.ts';
import { syncMessages } from './sync.ts';
import { threadMessages } from './threads.ts';
import { me, userInfo } from './users.ts';

/** GET endpoints below `/api/v1/`. An alias has the same handler but is a separate route to the rate limiter. */
export const routes: ReadonlyMap<string, Route> = new Map([
  ['chat.getMessage', message],
  ['chat.getMessageReadReceipts', receipts],
  ['chat.getThreadMessages', threadMessages],
  ['chat.syncMessages', syncMessages],
  ['dm.counters', counters],
  ['dm.history', history],
  ['dm.list', list],
  ['dm.list.everyone', listEveryone],
  ['dm.members', members],
  ['dm.messages', messages],
  ['dm.messages.others', messagesOfOthers],
  ['im.counters', counters],
  ['im.history', history],
  ['im.list', list],
  ['im.list.everyone', listEveryone],
  ['im.members', members],
  ['im.messages', messages],
  ['im.messages.others', messagesOfOthers],
  ['me', me],
  ['rooms.get', rooms],
  ['rooms.info', roomInfo],
  ['subscriptions.get', subscriptions],
  ['subscriptions.getOne', subscription],
  ['users.info', userInfo],
]);
