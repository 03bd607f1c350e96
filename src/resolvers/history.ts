import type { Context } from '../context/request-context.ts';
import { GatewayError } from '../errors.ts';
import { asInstant } from '../json.ts';
import { planPage } from '../pagination/args.ts';
import { emptyConnection, PageConnection, type Flag } from '../pagination/connection.ts';
import { decodeCursor } from '../pagination/cursor.ts';
import { countGap } from '../pagination/gap.ts';
import { pagePrices } from '../pagination/page-prices.ts';
import { instantKey } from '../pagination/place.ts';
import { newerWindow, readTimelinePage } from '../pagination/timeline.ts';
import type { TimelineQuery, TimelineWindow } from '../pagination/timeline-window.ts';
import type { DmHistory } from '../upstream/endpoints/dm-history.ts';
import type { RestMessage, StoredRow } from '../upstream/types.ts';
import { drivePager, inPlace, type PageRead } from './pages.ts';
import type { HistoryConnection } from './parents.ts';
import type { DirectMessageHistoryArgs } from './types.generated.ts';

/** A page of a room's history. See `pagination/timeline.ts`. */
export async function historyConnection(
  roomId: string,
  args: Partial<DirectMessageHistoryArgs>,
  { loaders, search }: Pick<Context, 'loaders' | 'search'>,
): Promise<HistoryConnection> {
  const plan = planPage(args);
  const range = readRange(args.range);
  const showThreadMessages = args.includeThreadReplies === true;
  const binding = `history ${roomId} ${JSON.stringify([range, showThreadMessages])}`;
  const query: TimelineQuery = { plan, cursor: decodeCursor(binding, plan), ...range };
  if (plan.size === 0) {
    // What lies around an empty page, a page of one row tells.
    const readOne = () => historyConnection(roomId, { ...args, first: 1 }, { loaders, search });
    const nothing = emptyConnection<RestMessage>({
      hasNextPage: async () => {
        const { edges, pageInfo } = await readOne();
        return edges.length > 0 || told(pageInfo.hasNextPage);
      },
      hasPreviousPage: async () => told((await readOne()).pageInfo.hasPreviousPage),
    });
    return { ...nothing, notLoadedCount: null, firstNotLoaded: null };
  }
  const load = (window: TimelineWindow, reading: number, unreads = false) =>
    loaders.historyPages.load({ roomId, ...window, showThreadMessages, unreads, reading });
  const place = (loaded: DmHistory) => ({ ...loaded, ...inPlace(loaded, placeOf) });
  const key = `${binding} ${JSON.stringify(plan)}`;
  const read: PageRead = { key, includedCalls: pagePrices.timeline.calls, search };
  const { page, calls } = await drivePager(readTimelinePage<RestMessage>(query), load, place, read);
  const { others } = page.gap;
  const gap = () =>
    search.page(`${key} gap`, async (spare) => {
      if (others === undefined) return countGap(page.gap, undefined);
      if (calls >= read.includedCalls) await spare.take();
      return countGap(page.gap, place(await load(others, 0, true)));
    });
  /** Whether newer rows exist. If the call fails, true: the cursor's row did. */
  const hasNewer = () =>
    search.page(`${key} newer`, async (spare) => {
      try {
        await spare.take();
        return (await load(newerWindow(query), 0)).rows.length > 0;
      } catch (error) {
        if (error instanceof GatewayError) return true;
        throw error;
      }
    });
  const hasSince = range.since !== undefined;
  const shown = { ...page, hasPreviousPage: page.hasPreviousPage ?? hasNewer };
  return Object.assign(new PageConnection(shown, binding), {
    notLoadedCount: hasSince ? async () => (await gap()).count : null,
    firstNotLoaded: hasSince ? async () => (await gap()).first ?? null : null,
  });
}

const told = (flag: Flag): boolean | Promise<boolean> => (typeof flag === 'function' ? flag() : flag);

const placeOf = ({ ts, _id }: StoredRow) => ({ key: instantKey(asInstant(ts)), id: _id });

export function readRange(range: DirectMessageHistoryArgs['range']) {
  const since = range?.since ?? undefined;
  const until = range?.until ?? undefined;
  if (since !== undefined && until !== undefined && since > until) {
    throw new GatewayError('BAD_USER_INPUT', '`range.since` is after `range.until`: swap them.');
  }
  return { since, until, isInclusive: range?.inclusive === true };
}
