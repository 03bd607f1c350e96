import type { ApolloClient } from '@apollo/client';
import { explain, retryAfterOf } from './client.ts';
import { applyToMessages, applyToRooms, applyToThreads, firstRooms, forgetMessages, withoutFailed } from './lists.ts';
import {
  AskChangesDocument,
  ListRoomsDocument,
  RoomRowFragmentDoc,
  StartInboxDocument,
  StartRoomDocument,
  type AskChangesQuery,
} from './operations.generated.ts';
import { paceOf } from './pace.ts';
import type { Reads } from './reads.ts';
import { reloadMessages, reloadRooms } from './reload.ts';

export interface SyncState {
  /** Whether changes of the list can be told, so that it may be read. */
  readonly isReady: boolean;
  /** The room whose changes can be told, so that its messages may be read. */
  readonly roomId: string | undefined;
  /** Why the latest question failed. */
  readonly problem: string | undefined;
  /** For screen readers: what came in. */
  readonly news: string;
}

/** After a failure that does not say when to ask again. */
const pauseMs = 15_000;

/** How long pages may take that are on their way when an answer comes. After that it is asked for again. */
const landingMs = 2000;

/** Questions in a row while there is more to tell. The rest comes at the usual pace. */
const mostRounds = 10;

/** Who asks, and from where the list of rooms goes on. */
interface Viewer {
  readonly id: string;
  readonly userId: string;
  since: string;
}

/**
 * Keeps the list of rooms and the messages of the open room equal to the workspace's. Each list is read once; from then on
 * it is told what changed. It asks at the pace of `paceOf`, and not while nobody looks.
 */
export class Sync {
  #state: SyncState = { isReady: false, roomId: undefined, problem: undefined, news: '' };
  readonly #client: ApolloClient;
  readonly #reads: Reads;
  readonly #listeners = new Set<() => void>();
  #viewer: Viewer | undefined;
  /** By room: from where to go on. A room that is opened again is brought up to date from there. */
  readonly #roomCursors = new Map<string, string>();
  #wantedRoomId: string | undefined;
  #timer: number | undefined;
  /** The work under way: what comes next waits for it. */
  #work: Promise<void> = Promise.resolve();
  #isStopped = false;
  /** Whether a part of the list of rooms could not be read. */
  #lacksRooms = false;

  constructor(client: ApolloClient, reads: Reads) {
    this.#client = client;
    this.#reads = reads;
  }

  readonly snapshot = (): SyncState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  start(): void {
    this.#isStopped = false;
    document.addEventListener('visibilitychange', this.#onVisibility);
    void this.now();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    document.removeEventListener('visibilitychange', this.#onVisibility);
  }

  /** Shows another room, or none. One that was open before is brought up to date from where it was left. */
  open(roomId: string | undefined): void {
    if (roomId === this.#wantedRoomId) return;
    this.#wantedRoomId = roomId;
    const isKnown = roomId !== undefined && this.#roomCursors.has(roomId);
    this.#tell({ roomId: isKnown ? roomId : undefined });
    if (isKnown) void this.now();
    else if (roomId !== undefined) void this.#then(() => this.#begin(roomId));
  }

  /** Asks at once, after what is under way. */
  now(): Promise<void> {
    return this.#then(() => this.#ask());
  }

  readonly #onVisibility = (): void => {
    if (document.hidden) clearTimeout(this.#timer);
    else void this.now();
  };

  /** Does something after what is under way, and asks again after as many milliseconds as it returns. */
  #then(work: () => Promise<number | undefined>): Promise<void> {
    this.#work = this.#work.then(async () => {
      if (this.#isStopped) return;
      let waitMs: number | undefined;
      try {
        waitMs = await work();
        if (this.#state.problem !== undefined) this.#tell({ problem: undefined });
      } catch (error) {
        this.#tell({ problem: explain(error) });
        waitMs = (retryAfterOf(error) ?? pauseMs / 1000) * 1000;
      }
      if (waitMs !== undefined) this.#askIn(waitMs);
    });
    return this.#work;
  }

  #askIn(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#isStopped && !document.hidden) this.#timer = window.setTimeout(() => void this.now(), ms);
  }

  /** Where changes go on from comes before what they change: what happens in between is told later, and nothing is missed. */
  async #viewerOnce(): Promise<Viewer> {
    if (this.#viewer !== undefined) return this.#viewer;
    const { data } = await this.#client.query({ query: StartInboxDocument, fetchPolicy: 'network-only' });
    const { id = '', userId = '', changes } = data?.viewer ?? {};
    this.#viewer = { id, userId, since: changes?.cursor ?? '' };
    const { error } = await this.#client.query({ query: ListRoomsDocument, variables: firstRooms, errorPolicy: 'all' });
    this.#lacksRooms = error !== undefined;
    this.#tell({ isReady: true });
    return this.#viewer;
  }

  async #begin(roomId: string): Promise<undefined> {
    await this.#viewerOnce();
    if (roomId === this.#wantedRoomId && !this.#roomCursors.has(roomId)) await this.#startRoom(roomId);
    if (roomId === this.#wantedRoomId) this.#tell({ roomId });
  }

  /**
   * Returns how long to wait before the next question, if there is to be one. What has just been started is read now, and asked
   * about then.
   */
  async #ask(): Promise<number | undefined> {
    const isFirst = !this.#state.isReady;
    const viewer = await this.#viewerOnce();
    const roomId = this.#wantedRoomId;
    const isRoomKnown = roomId !== undefined && this.#roomCursors.has(roomId);
    const failures: unknown[] = [];
    const goOn = (error: unknown): void => void failures.push(error);
    if (roomId !== undefined && !isRoomKnown) await this.#begin(roomId).catch(goOn); // failed before
    if (isFirst && failures.length === 0) return paceOf([], Date.now());
    if (this.#lacksRooms) await this.#completeRooms().catch(goOn);
    let waitMs: number | undefined;
    for (let round = 0; waitMs === undefined && !this.#isStopped; round += 1) {
      const roomSince = isRoomKnown ? this.#roomCursors.get(roomId) : undefined;
      const question = {
        query: AskChangesDocument,
        variables: {
          inboxSince: viewer.since,
          roomId: roomId ?? '',
          roomSince: roomSince ?? null,
          hasRoom: roomSince !== undefined,
        },
      };
      const { data: told, error } = await this.#client.query({
        ...question,
        fetchPolicy: 'no-cache',
        errorPolicy: 'all', // one list can be refused without the other
      });
      // A page that was read before these changes, and arrives after them, would undo them.
      const hasLanded = await this.#reads.landed(landingMs);
      const data = told && hasLanded ? withoutFailed(told, error) : undefined;
      if (data !== undefined) this.#client.writeQuery({ ...question, data });
      const hasMore = data !== undefined && (await this.#apply(data, roomId));
      if (error !== undefined) throw error;
      if (!hasMore || round === mostRounds) waitMs = paceOf(told?.upstreamBudget ?? [], Date.now());
    }
    if (failures.length > 0) throw failures[0];
    return waitMs;
  }

  async #completeRooms(): Promise<void> {
    await reloadRooms(this.#client);
    this.#lacksRooms = false;
  }

  async #startRoom(roomId: string): Promise<void> {
    const from = { __typename: 'DirectMessage', id: roomId };
    const row = this.#client.readFragment({ fragment: RoomRowFragmentDoc, fragmentName: 'RoomRow', from });
    const { data } = await this.#client.query({
      query: StartRoomDocument,
      variables: { roomId, isListed: row !== null },
      fetchPolicy: 'network-only',
    });
    const cursor = data?.directMessage?.changes?.cursor;
    if (cursor !== undefined) this.#roomCursors.set(roomId, cursor);
  }

  /** Returns whether there is more to ask for at once. */
  async #apply(data: AskChangesQuery, roomId: string | undefined): Promise<boolean> {
    const { cache } = this.#client;
    const inbox = data.viewer.changes;
    if (inbox !== null && this.#viewer !== undefined) {
      if (inbox.mustReload) await reloadRooms(this.#client); // where that throws, the next answer says it again
      else applyToRooms(cache, data.viewer.id, inbox);
      this.#viewer.since = inbox.cursor;
    }
    const room = data.directMessage?.changes;
    if (roomId === undefined || room === undefined || room === null) return false;
    if (room.mustReload) {
      if (roomId !== this.#wantedRoomId) this.#forget(roomId);
      else if (await reloadMessages(this.#client, this.#reads, roomId, landingMs))
        this.#roomCursors.set(roomId, room.cursor);
      return false;
    }
    this.#roomCursors.set(roomId, room.cursor);
    const added = applyToMessages(cache, roomId, room);
    applyToThreads(cache, room);
    const author = added.findLast(({ author: { userId } }) => userId !== this.#viewer?.userId)?.author;
    if (author !== undefined) this.#tell({ news: `New message from ${author.name ?? author.username ?? 'somebody'}` });
    return room.hasMore;
  }

  /** When it is opened again, it begins anew. */
  #forget(roomId: string): void {
    this.#roomCursors.delete(roomId);
    forgetMessages(this.#client.cache, roomId);
  }

  #tell(change: Partial<SyncState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
