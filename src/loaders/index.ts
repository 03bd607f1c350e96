import type { RowCut } from '../projection/row-cutter.ts';
import type { RequestUpstream } from '../upstream/request-upstream.ts';
import type { SearchAllowance } from './search-allowance.ts';
import type { BulkOrSingle } from './bulk-or-single.ts';
import { CallerLists } from './caller-lists.ts';
import { InboxChanges, roomBeginLoader, roomChangesLoader } from './changes.ts';
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
import type { SavedCalls } from './loader.ts';
import { meLoader, membersLoader, roomUserLoader, userLoader } from './users.ts';
import { BulkFallback } from './bulk-fallback.ts';

/**
 * The loaders of one request, each created when it is first used: most requests use two or three. They hold one caller's
 * data: never share them, or keep them beyond the request.
 */
export class Loaders {
  readonly #upstream: RequestUpstream;
  readonly #search: SearchAllowance;
  readonly #modes: BulkOrSingle;
  #sharedCaller: CallerLists | undefined;
  #sharedFallback: BulkFallback | undefined;
  #sharedCheck: ReturnType<typeof createRoomCheck> | undefined;
  #sharedAnyMessages: ReturnType<typeof anyMessageLoader> | undefined;
  #roomInfos: ReturnType<typeof roomInfoLoader> | undefined;
  #rooms: ReturnType<typeof roomLoader> | undefined;
  #roomPages: ReturnType<typeof roomPageLoaders> | undefined;
  #counters: ReturnType<typeof countersLoader> | undefined;
  #messagePages: ReturnType<typeof messagePageLoader> | undefined;
  #historyPages: ReturnType<typeof historyPageLoader> | undefined;
  #messages: ReturnType<typeof messageLoader> | undefined;
  #threadPages: ReturnType<typeof threadPageLoader> | undefined;
  #threadRoots: ReturnType<typeof threadRootLoader> | undefined;
  #nodes: ReturnType<typeof nodeLoader> | undefined;
  #receipts: ReturnType<typeof receiptsLoader> | undefined;
  #receiptsById: ReturnType<typeof receiptsByIdLoader> | undefined;
  #members: ReturnType<typeof membersLoader> | undefined;
  #users: ReturnType<typeof userLoader> | undefined;
  #roomUsers: ReturnType<typeof roomUserLoader> | undefined;
  #roomBegins: ReturnType<typeof roomBeginLoader> | undefined;
  #roomChanges: ReturnType<typeof roomChangesLoader> | undefined;
  #inboxChanges: InboxChanges | undefined;
  #me: ReturnType<typeof meLoader> | undefined;
  #cut: RowCut | undefined;
  readonly #cutNow = () => this.#cut;

  constructor(upstream: RequestUpstream, search: SearchAllowance, modes: BulkOrSingle) {
    this.#upstream = upstream;
    this.#search = search;
    this.#modes = modes;
  }

  /** Runs `work`. The rows of the pages that it asks for, before it first waits, are cut so. */
  cutting<Result>(cut: RowCut, work: () => Result): Result {
    this.#cut = cut;
    try {
      return work();
    } finally {
      this.#cut = undefined;
    }
  }

  /** Calls that this request did without. */
  get savedCalls(): SavedCalls {
    const sum = { joined: 0, bulk: 0 };
    for (const loader of this.#used) {
      if (loader === undefined) continue;
      sum.joined += loader.saved.joined;
      sum.bulk += loader.saved.bulk;
    }
    return sum;
  }

  get #used(): readonly ({ readonly saved: SavedCalls } | undefined)[] {
    return [
      this.#search,
      this.#sharedAnyMessages,
      this.#sharedCaller?.rooms,
      this.#sharedCaller?.subscriptions,
      this.#roomInfos,
      this.#rooms,
      this.#roomPages?.everyone,
      this.#roomPages?.own,
      this.#counters,
      this.#messagePages,
      this.#historyPages,
      this.#messages,
      this.#threadPages,
      this.#threadRoots,
      this.#nodes,
      this.#receipts,
      this.#receiptsById,
      this.#members,
      this.#users,
      this.#roomUsers,
      this.#roomBegins,
      this.#roomChanges,
      this.#inboxChanges?.all,
      this.#inboxChanges?.subscriptions,
      this.#inboxChanges?.rooms,
      this.#me,
    ];
  }

  get roomInfos() {
    return (this.#roomInfos ??= roomInfoLoader(this.#upstream));
  }

  get rooms() {
    return (this.#rooms ??= roomLoader(this.#caller, this.roomInfos, this.#fallback, this.#modes.records));
  }

  get roomPages() {
    return (this.#roomPages ??= roomPageLoaders(this.#upstream, this.#cutNow));
  }

  get subscriptions() {
    return this.#caller.subscriptions;
  }

  get counters() {
    return (this.#counters ??= countersLoader(this.#upstream, this.#caller, this.#fallback, this.#modes.counters));
  }

  get messagePages() {
    return (this.#messagePages ??= messagePageLoader(this.#upstream, this.#check, this.#anyMessages, this.#cutNow));
  }

  get historyPages() {
    return (this.#historyPages ??= historyPageLoader(this.#upstream, this.#check, this.#anyMessages, this.#cutNow));
  }

  get messages() {
    return (this.#messages ??= messageLoader(this.#anyMessages, this.#check));
  }

  get threadPages() {
    return (this.#threadPages ??= threadPageLoader(this.#upstream, this.#cutNow));
  }

  get threadRoots() {
    return (this.#threadRoots ??= threadRootLoader(this.#anyMessages));
  }

  get nodes() {
    return (this.#nodes ??= nodeLoader({
      subscriptions: this.subscriptions,
      anyMessages: this.#anyMessages,
      messages: this.messages,
      users: this.users,
      check: this.#check,
    }));
  }

  get receipts() {
    return (this.#receipts ??= receiptsLoader(this.#upstream));
  }

  get receiptsById() {
    return (this.#receiptsById ??= receiptsByIdLoader(this.receipts, this.messages, this.#check));
  }

  get members() {
    return (this.#members ??= membersLoader(this.#upstream, this.#check, this.#search));
  }

  get users() {
    return (this.#users ??= userLoader(this.#upstream));
  }

  get roomUsers() {
    return (this.#roomUsers ??= roomUserLoader(this.users, this.members, this.#search, this.#modes.users));
  }

  get roomBegins() {
    return (this.#roomBegins ??= roomBeginLoader(this.#upstream, this.#check));
  }

  get roomChanges() {
    return (this.#roomChanges ??= roomChangesLoader(this.#upstream, this.#check));
  }

  get inboxChanges() {
    return (this.#inboxChanges ??= new InboxChanges(this.#upstream));
  }

  /** The membership in a room that this request has read as a change; undefined for others. */
  changedMembership(roomId: string) {
    return this.#inboxChanges?.memberships.get(roomId);
  }

  get me() {
    return (this.#me ??= meLoader(this.#upstream));
  }

  get #caller() {
    return (this.#sharedCaller ??= new CallerLists(this.#upstream));
  }

  get #fallback() {
    return (this.#sharedFallback ??= new BulkFallback(this.#upstream, this.#search));
  }

  get #check() {
    return (this.#sharedCheck ??= createRoomCheck(this.#upstream, this.rooms));
  }

  get #anyMessages() {
    return (this.#sharedAnyMessages ??= anyMessageLoader(this.#upstream));
  }
}
