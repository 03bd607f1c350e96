/** How several objects are read: one call each, or one list of all of them. */
export type ReadMode = 'single' | 'bulk';

/** The modes that the cost estimate has chosen. Loaders keep to them, so the cost holds in whatever order rooms come. */
export interface BulkOrSingle {
  readonly records: ReadMode;
  /** Counters of rooms whose record is at hand, and of others. */
  readonly counters: { readonly listed: ReadMode; readonly byId: ReadMode };
  readonly users: UserReads;
}

/** How users whom messages and receipts mention are read. */
export interface UserReads {
  /** `bulk`: all members of each room together. */
  readonly mode: ReadMode;
  /** Users whose single calls the cost includes. */
  readonly priced: number;
}

/** Whether upstream serves this caller its unpaged lists; for some callers they are too large. */
export interface WholeLists {
  /** `rooms.get`. */
  readonly rooms: boolean;
  /** `subscriptions.get`. */
  readonly memberships: boolean;
}

export const allLists: WholeLists = { rooms: true, memberships: true };
export const singly: BulkOrSingle = {
  records: 'single',
  counters: { listed: 'single', byId: 'single' },
  users: { mode: 'single', priced: Number.POSITIVE_INFINITY },
};

/** What an operation reads of rooms and of users whom they mention. */
export interface BulkReads {
  /** Rooms whose record is read, at most. */
  readonly records: number;
  /** Rooms whose counters are read, at most: those whose record is at hand, and others. */
  readonly counters: { readonly listed: number; readonly byId: number };
  /** Whether the operation reads the list of memberships anyway. */
  readonly hasMemberships: boolean;
  /** Users whose record is read, at most, and the rooms that they are met in, at most. */
  readonly users: { readonly references: number; readonly rooms: number };
}

/** Read this many records one by one; more of them in bulk, whose response can be large. */
const maxSingleRooms = 2;

/** The modes with the fewest calls; of equal ones, those with smaller responses. */
export function chooseBulkOrSingle(
  { records, counters, hasMemberships, users }: BulkReads,
  lists: WholeLists,
): BulkOrSingle {
  const recordMode: ReadMode = lists.rooms && records > maxSingleRooms ? 'bulk' : 'single';
  const memberships = hasMemberships ? 0 : 1;
  const rooms = recordMode === 'bulk' ? 0 : 1;
  const { listed, byId } = counters;
  const choices: { readonly listed: ReadMode; readonly byId: ReadMode; readonly calls: number }[] = [
    { listed: 'single', byId: 'single', calls: listed + byId },
  ];
  if (lists.memberships) choices.push({ listed: 'bulk', byId: 'single', calls: memberships + byId });
  if (lists.memberships && lists.rooms) choices.push({ listed: 'bulk', byId: 'bulk', calls: memberships + rooms });
  const best = choices.reduce((least, choice) => (choice.calls < least.calls ? choice : least));
  return {
    records: recordMode,
    counters: { listed: best.listed, byId: best.byId },
    users: { mode: users.rooms < users.references ? 'bulk' : 'single', priced: users.references },
  };
}
