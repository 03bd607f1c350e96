import type { PagePlan } from './args.ts';
import type { Cursor } from './cursor.ts';

/** A part of a time range as requested from upstream, newest first. */
export interface TimelineWindow {
  readonly latest: string;
  readonly oldest: string | undefined;
  /** Whether it includes rows exactly at `latest` and `oldest`. */
  readonly inclusive: boolean;
  readonly offset: number;
  /** 1 to 100. */
  readonly count: number;
}

export interface TimelineQuery {
  readonly plan: PagePlan;
  readonly cursor: Cursor | undefined;
  /** Normalised instants. */
  readonly since: string | undefined;
  readonly until: string | undefined;
  readonly isInclusive: boolean;
}

/** The last instant that Rocket.Chat can store. Its default for `latest` is now, but messages can have a later date. */
const endOfTime = Date.parse('9999-12-31T23:59:59.999Z');

/** The first and last millisecond of the range. `low` is undefined if the range has no start. */
export function boundsOf({ since, until, isInclusive }: TimelineQuery) {
  const margin = isInclusive ? 0 : 1;
  return {
    low: since === undefined ? undefined : Date.parse(since) + margin,
    high: until === undefined ? endOfTime : Date.parse(until) - margin,
  };
}

/** All rows from `low` to `high`, both included. */
export function windowOf(
  low: number | undefined,
  high: number,
  { offset, count }: Pick<TimelineWindow, 'offset' | 'count'>,
): TimelineWindow {
  // Rocket.Chat may treat two equal bounds as an empty range, so request a single millisecond by its neighbours.
  const isOne = low === high;
  return {
    latest: isoOf(isOne ? high + 1 : high),
    oldest: low === undefined ? undefined : isoOf(isOne ? low - 1 : low),
    inclusive: !isOne,
    offset,
    count,
  };
}

/** The millisecond of a cursor. A forged cursor may lack one, or name one that is no instant. */
export const keyOf = (cursor: Cursor | undefined): number => Math.min(cursor?.key ?? 0, endOfTime);

const isoOf = (key: number): string => new Date(key).toISOString();
