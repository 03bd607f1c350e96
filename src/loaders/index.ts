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
import { sumOf, type SavedCalls } from './loader.ts';
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
  readonly #used: { readonly saved: SavedCalls }[];
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
    this.#used = [search];
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
    return sumOf(this.#used);
  }

  /** Counts what a loader saves from now on. */
  #use<Used extends { readonly saved: SavedCalls }>(loader: Used): Used {
    this.#used.push(loader);
    return loader;
  }

  get roomInfos() {
    return (this.#roomInfos ??= this.#use(roomInfoLoader(this.#upstream)));
  }

  get rooms() {
    return (this.#rooms ??= this.#use(roomLoader(this.#caller, this.roomInfos, this.#fallback, this.#modes.records)));
  }

  get roomPages() {
    if (this.#roomPages !== undefined) return this.#roomPages;
    const { everyone, own } = roomPageLoaders(this.#upstream, this.#cutNow);
    return (this.#roomPages = { everyone: this.#use(everyone), own: this.#use(own) });
  }

  get subscriptions() {
    return this.#caller.subscriptions;
  }

  get counters() {
    return (this.#counters ??= this.#use(
      countersLoader(this.#upstream, this.#caller, this.#fallback, this.#modes.counters),
    ));
  }

  get messagePages() {
    return (this.#messagePages ??= this.#use(
      messagePageLoader(this.#upstream, this.#check, this.#anyMessages, this.#cutNow),
    ));
  }

  get historyPages() {
    return (this.#historyPages ??= this.#use(
      historyPageLoader(this.#upstream, this.#check, this.#anyMessages, this.#cutNow),
    ));
  }

  get messages() {
    return (this.#messages ??= this.#use(messageLoader(this.#anyMessages, this.#check)));
  }

  get threadPages() {
    return (this.#threadPages ??= this.#use(threadPageLoader(this.#upstream, this.#cutNow)));
  }

  get threadRoots() {
    return (this.#threadRoots ??= this.#use(threadRootLoader(this.#anyMessages)));
  }

  get nodes() {
    return (this.#nodes ??= this.#use(
      nodeLoader({
        subscriptions: this.subscriptions,
        anyMessages: this.#anyMessages,
        messages: this.messages,
        users: this.users,
        check: this.#check,
      }),
    ));
  }

  get receipts() {
    return (this.#receipts ??= this.#use(receiptsLoader(this.#upstream)));
  }

  get receiptsById() {
    return (this.#receiptsById ??= this.#use(receiptsByIdLoader(this.receipts, this.messages, this.#check)));
  }

  get members() {
    return (this.#members ??= this.#use(membersLoader(this.#upstream, this.#check, this.#search)));
  }

  get users() {
    return (this.#users ??= this.#use(userLoader(this.#upstream)));
  }

  get roomUsers() {
    return (this.#roomUsers ??= this.#use(roomUserLoader(this.users, this.members, this.#search, this.#modes.users)));
  }

  get roomBegins() {
    return (this.#roomBegins ??= this.#use(roomBeginLoader(this.#upstream, this.#check)));
  }

  get roomChanges() {
    return (this.#roomChanges ??= this.#use(roomChangesLoader(this.#upstream, this.#check)));
  }

  get inboxChanges() {
    return (this.#inboxChanges ??= this.#use(new InboxChanges(this.#upstream)));
  }

  /** The membership in a room that this request has read as a change; undefined for others. */
  changedMembership(roomId: string) {
    return this.#inboxChanges?.memberships.get(roomId);
  }

  get me() {
    return (this.#me ??= this.#use(meLoader(this.#upstream)));
  }

  get #caller() {
    return (this.#sharedCaller ??= this.#use(new CallerLists(this.#upstream)));
  }

  get #fallback() {
    return (this.#sharedFallback ??= new BulkFallback(this.#upstream, this.#search));
  }

  get #check() {
    return (this.#sharedCheck ??= createRoomCheck(this.#upstream, () => this.rooms));
  }

  get #anyMessages() {
    return (this.#sharedAnyMessages ??= this.#use(anyMessageLoader(this.#upstream)));
  }
}
