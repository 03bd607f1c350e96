/** How something of several rooms is read: a call for each room, or from a list of all of the caller's rooms. */
export type Way = 'single' | 'bulk';

/** The ways that a plan has chosen, which the loaders keep to: so a price holds in whatever order the rooms come. */
export interface BulkOrSingle {
  readonly records: Way;
  /** Counters of rooms whose record is at hand, and of others. */
  readonly counters: { readonly listed: Way; readonly byId: Way };
}

/** Upstream's lists of everything of the caller's, without paging: one call each, whatever its number of rows. */
export interface WholeLists {
  /** Whether `rooms.get` answers this caller; for some it is too large. */
  readonly rooms: boolean;
  /** The same of `subscriptions.get`. */
  readonly memberships: boolean;
}

export const allLists: WholeLists = { rooms: true, memberships: true };
export const singly: BulkOrSingle = { records: 'single', counters: { listed: 'single', byId: 'single' } };

/** What an operation reads of rooms. */
export interface RoomReads {
  /** Rooms of whose record a part is read, at most. */
  readonly records: number;
  /** Rooms whose counters are read and whose record is at hand, and others, at most. */
  readonly counters: { readonly listed: number; readonly byId: number };
  /** Whether the list of memberships is asked for anyway. */
  readonly hasMemberships: boolean;
}

/** Rooms whose records are read one by one; more are read all at once, with an answer that can be large. */
const maxSingleRooms = 2;

/** The ways that take the fewest calls; of equal ones, that of the smaller answers. */
export function chooseBulkOrSingle({ records, counters, hasMemberships }: RoomReads, lists: WholeLists): BulkOrSingle {
  const recordWay: Way = lists.rooms && records > maxSingleRooms ? 'bulk' : 'single';
  const memberships = hasMemberships ? 0 : 1;
  const rooms = recordWay === 'bulk' ? 0 : 1;
  const { listed, byId } = counters;
  const choices: { readonly listed: Way; readonly byId: Way; readonly calls: number }[] = [
    { listed: 'single', byId: 'single', calls: listed + byId },
  ];
  if (lists.memberships) choices.push({ listed: 'bulk', byId: 'single', calls: memberships + byId });
  if (lists.memberships && lists.rooms) choices.push({ listed: 'bulk', byId: 'bulk', calls: memberships + rooms });
  const best = choices.reduce((least, choice) => (choice.calls < least.calls ? choice : least));
  return { records: recordWay, counters: { listed: best.listed, byId: best.byId } };
}
