/** Where the reader is in a room, so that a reload shows the same messages in the same place. */
export interface Place {
  /** Of the row after (newer than) the last message in view: reading after it finds that message first. */
  readonly cursor: string;
  /** The last message in view, and how far its lower edge is above the lower edge of the list, in pixels. */
  readonly messageId: string;
  readonly above: number;
}

const keyOf = (roomId: string): string => `inbox.place.${roomId}`;

export function readPlace(roomId: string): Place | undefined {
  const stored = sessionStorage.getItem(keyOf(roomId));
  return stored === null ? undefined : (JSON.parse(stored) as Place);
}

/** Undefined: at the newest message, which is where a room opens. */
export function keepPlace(roomId: string, place: Place | undefined): void {
  if (place === undefined) sessionStorage.removeItem(keyOf(roomId));
  else sessionStorage.setItem(keyOf(roomId), JSON.stringify(place));
}
