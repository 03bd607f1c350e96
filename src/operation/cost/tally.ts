import type { QueryCost } from '../../context/query-cost.ts';
import { pagePrices, type Paging } from '../../pagination/page-prices.ts';
import type { RoomEndpoints } from '../../schema/prices.ts';
import type { Place } from './place.ts';
import { allLists, chooseBulkOrSingle, type BulkOrSingle, type WholeLists } from '../../loaders/bulk-or-single.ts';

/** The calls that a request may make, at most: none if it is rejected. */
export const atMost = ({ calls, spareCalls }: QueryCost, limit: number): number =>
  calls > limit ? 0 : Math.min(limit, calls + spareCalls);

/** Sums stop growing here. */
export const manyCalls = 1e9;
/** Spare calls of an operation with pages or lists, besides those of each page. */
const baseSpareCalls = 20;
/** Heaviest fields to name, at most. */
const maxNamed = 5;

interface Charge {
  /** Parents that make the call. */
  readonly count: number;
  /** Calls per request, at most; by default one per parent. */
  readonly upTo?: number | undefined;
  readonly path: string;
}

interface PagesCharge {
  /** Parents that each load a page. */
  readonly count: number;
  readonly isContinued: boolean;
  readonly path: string;
}

interface RoomCount {
  readonly rooms: number;
  readonly path: string;
}

/** Users whose record is read, met in the same rooms. */
interface RoomUsers extends RoomCount {
  readonly references: { readonly count: number; readonly path: string }[];
}

/** Adds up the prices of an operation's fields. */
export class CostTally {
  readonly #endpoints: RoomEndpoints;
  readonly #byEndpoint = new Map<string, number>();
  /** Calls that are made once for several fields: those with a limit per request. */
  readonly #shared = new Map<string, number>();
  readonly #byPath = new Map<string, number>();
  readonly #records: RoomCount[] = [];
  readonly #counters: (RoomCount & { readonly isListed: boolean })[] = [];
  #pageSpares = 0;
  #hasSpares = false;
  /** Whether upstream lists the members of all rooms in which users are met. */
  #areUsersListed = true;
  /** By set of rooms. */
  readonly #users = new Map<number, RoomUsers>();
  /** Sets of rooms whose members are read anyway. */
  readonly #withMembers = new Set<number>();
  readonly #given = new Set<string>();
  #values = 0;

  constructor(endpoints: RoomEndpoints) {
    this.#endpoints = endpoints;
  }

  addValues(count: number): void {
    this.#values = Math.min(manyCalls, this.#values + count);
  }

  add(endpoint: string, { count, upTo = Number.POSITIVE_INFINITY, path }: Charge): void {
    const calls = Math.min(count, Math.max(0, upTo - (this.#shared.get(endpoint) ?? 0)));
    if (calls === 0) return;
    if (upTo !== Number.POSITIVE_INFINITY) addTo(this.#shared, endpoint, calls);
    addTo(this.#byEndpoint, endpoint, calls);
    addTo(this.#byPath, path, calls);
  }

  /** Pages of one list for each of several parents. */
  addPages(endpoint: string, paging: Paging, { count, isContinued, path }: PagesCharge): void {
    const { calls, spareCalls } = pagePrices[paging];
    this.add(endpoint, { count: count * calls, path });
    if (isContinued) this.#pageSpares = Math.min(manyCalls, this.#pageSpares + count * spareCalls);
    this.#hasSpares = true;
  }

  /** Rooms whose record is read, in part or whole. */
  addRecords(rooms: number, part: 'part' | 'whole', path: string): void {
    if (part === 'whole') this.add(this.#endpoints.record.single, { count: rooms, path });
    else this.#records.push({ rooms, path });
  }

  /**
   * Rooms that the client names by id. The record of each room that the workspace has not shown to this caller is read
   * first, to make sure that the id is not a user's.
   */
  addGivenRooms(ids: readonly string[], unknown: ReadonlySet<string>, path: string): void {
    const added = ids.filter((id) => !this.#given.has(id));
    for (const id of added) this.#given.add(id);
    const rooms = added.filter((id) => unknown.has(id)).length;
    if (rooms > 0) this.addRecords(rooms, 'part', path);
  }

  /** Rooms whose counters are read for the caller, without the member count. */
  addCounters(rooms: number, isListed: boolean, path: string): void {
    this.#counters.push({ rooms, isListed, path });
  }

  /** All members of the rooms of a set are read, so users met there cost nothing more. */
  addMembers(roomSet: number): void {
    this.#withMembers.add(roomSet);
  }

  /** Users whose record is read, at most `count`, met in `rooms` rooms. */
  addUsers(
    count: number,
    { rooms, roomSet, isOfOthers, path }: Pick<Place, 'rooms' | 'roomSet' | 'isOfOthers' | 'path'>,
  ): void {
    if (isOfOthers) this.#areUsersListed = false;
    const known = this.#users.get(roomSet);
    if (known === undefined) this.#users.set(roomSet, { rooms, path, references: [{ count, path }] });
    else known.references.push({ count, path });
    this.#hasSpares = true; // for users who are no members
  }

  /** The operation is too large to price: it costs more than any limit. */
  giveUp(path: string): void {
    this.add('unknown', { count: manyCalls, path });
  }

  /** `lists`: the bulk lists that work for the caller. */
  close(lists: WholeLists = allLists): QueryCost {
    const ways = this.#addRooms(lists);
    const calls = [...this.#byEndpoint.values()].reduce((sum, count) => Math.min(manyCalls, sum + count), 0);
    const heaviest = [...this.#byPath]
      .map(([path, calls]) => ({ path, calls }))
      .toSorted((a, b) => b.calls - a.calls)
      .slice(0, maxNamed);
    return {
      calls,
      spareCalls: this.#hasSpares ? baseSpareCalls + this.#pageSpares : 0,
      byEndpoint: Object.fromEntries([...this.#byEndpoint].toSorted(([a], [b]) => (a < b ? -1 : 1))),
      values: Math.round(this.#values),
      heaviest,
      ways,
      given: [...this.#given],
    };
  }

  /** Records and counters, whose cost depends on all fields of rooms together. */
  #addRooms(lists: WholeLists): BulkOrSingle {
    const { record, counters, users } = this.#endpoints;
    const references = [...this.#users.values()].flatMap((met) => met.references);
    const unread = [...this.#users].filter(([roomSet]) => !this.#withMembers.has(roomSet)).map(([, met]) => met);
    const ways = chooseBulkOrSingle(
      {
        records: sumOf(this.#records),
        counters: {
          listed: sumOf(this.#counters.filter(({ isListed }) => isListed)),
          byId: sumOf(this.#counters.filter(({ isListed }) => !isListed)),
        },
        hasMemberships: this.#shared.has(counters.bulk),
        users: {
          rooms: this.#areUsersListed ? sumOf(unread) : Number.POSITIVE_INFINITY,
          references: sumOf(references.map(({ count }) => ({ rooms: count }))),
        },
      },
      lists,
    );
    const once = (endpoint: string, path: string) => {
      this.add(endpoint, { count: 1, upTo: 1, path });
      this.#hasSpares = true; // single calls replace the list if it fails
    };
    for (const { rooms, path } of this.#records) {
      if (ways.records === 'bulk') once(record.bulk, path);
      else this.add(record.single, { count: rooms, path });
    }
    for (const { rooms, isListed, path } of this.#counters) {
      const way = isListed ? ways.counters.listed : ways.counters.byId;
      if (way === 'single') this.add(counters.single, { count: rooms, path });
      else {
        once(counters.bulk, path);
        if (!isListed) once(record.bulk, path);
      }
    }
    if (ways.users.mode === 'single') for (const charge of references) this.add(users.single, charge);
    else for (const { rooms, path } of unread) this.add(users.bulk, { count: rooms, path });
    return ways;
  }
}

const sumOf = (counts: readonly Pick<RoomCount, 'rooms'>[]): number =>
  counts.reduce((sum, { rooms }) => Math.min(manyCalls, sum + rooms), 0);

const addTo = (sums: Map<string, number>, key: string, count: number): void => {
  sums.set(key, Math.min(manyCalls, (sums.get(key) ?? 0) + count));
};
