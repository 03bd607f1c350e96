import type { PagePlan } from './args.ts';
import type { Cursor } from './cursor.ts';

/** A part of a range of time, as upstream is asked for it: newest first. */
export interface TimelineWindow {
  readonly latest: string;
  readonly oldest: string | undefined;
  /** Whether rows exactly at `latest` and at `oldest` belong to it. */
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

/** The last instant that Rocket.Chat can write. Without `latest` it would take now for it, but messages can be dated later. */
const endOfTime = Date.parse('9999-12-31T23:59:59.999Z');

/** The first and the last millisecond of the range; undefined: it has no beginning. */
export function boundsOf({ since, until, isInclusive }: TimelineQuery) {
  const margin = isInclusive ? 0 : 1;
  return {
    low: since === undefined ? undefined : Date.parse(since) + margin,
    high: until === undefined ? endOfTime : Date.parse(until) - margin,
  };
}

/** All rows from one millisecond to another, both included. */
export function windowOf(
  low: number | undefined,
  high: number,
  { offset, count }: Pick<TimelineWindow, 'offset' | 'count'>,
): TimelineWindow {
  // Rocket.Chat may take two equal bounds for nothing: one millisecond lies between its neighbours instead.
  const isOne = low === high;
  return {
    latest: isoOf(isOne ? high + 1 : high),
    oldest: low === undefined ? undefined : isoOf(isOne ? low - 1 : low),
    inclusive: !isOne,
    offset,
    count,
  };
}

/** The millisecond of a cursor. Every cursor that was issued has one; a forged one may name what is no instant. */
export const keyOf = (cursor: Cursor | undefined): number => Math.min(cursor?.key ?? 0, endOfTime);

const isoOf = (key: number): string => new Date(key).toISOString();
