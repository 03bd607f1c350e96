import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../context.ts';
import { GatewayError } from '../errors.ts';
import { planPage } from '../pagination/args.ts';
import { emptyPage, toConnection } from '../pagination/connection.ts';
import { decodeCursor, encodeCursor } from '../pagination/cursor.ts';
import { instantKey } from '../pagination/place.ts';
import { newerWindow, readTimelinePage, type TimelineQuery, type TimelineWindow } from '../pagination/timeline.ts';
import { pagePrices } from '../planning/page-prices.ts';
import type { RestMessage } from '../upstream/types.ts';
import { follow } from './pages.ts';
import type { HistoryConnection } from './parents.ts';
import { selects } from './selection.ts';
import type { DirectMessageHistoryArgs } from './types.generated.ts';

/** A page of a room's history. See `pagination/timeline.ts`. */
export async function historyConnection(
  roomId: string,
  args: Partial<DirectMessageHistoryArgs>,
  { loaders, workspace, search }: Context,
  info: GraphQLResolveInfo,
): Promise<HistoryConnection> {
  const plan = planPage(args);
  const range = readRange(args.range);
  const showThreadMessages = args.includeThreadReplies === true;
  const binding = `history ${roomId} ${JSON.stringify([range, showThreadMessages])}`;
  const cursor = decodeCursor(binding, plan);
  const hasSince = range.since !== undefined;
  if (plan.size === 0) {
    const connection = toConnection<RestMessage>(emptyPage, () => '');
    return { ...connection, notLoadedCount: hasSince ? 0 : null, firstNotLoaded: null };
  }
  const unreads = hasSince && selects(info, 'notLoadedCount', 'firstNotLoaded');
  const query: TimelineQuery<RestMessage> = {
    plan,
    cursor,
    ...range,
    placeOf: ({ ts, _id }) => ({ key: instantKey(ts), id: _id }),
    provenCap: () => workspace.longestPage,
  };
  const load = (window: TimelineWindow, withUnreads: boolean) =>
    loaders.historyPages.load({ roomId, ...window, showThreadMessages, unreads: withUnreads });
  const key = `${binding} ${JSON.stringify([plan, unreads])}`;
  const budget = { key, calls: pagePrices.timeline.calls, search };
  const page = await follow(readTimelinePage(query), (window) => load(window, unreads), budget);
  const hasNewer = () =>
    search.page(`${key} newer`, async (spare) => {
      // Without a call left for it: a cursor proves that there was such a row.
      const isGranted = await spare.take().then(() => true, () => false);
      return !isGranted || (await load(newerWindow(query), false)).rows.length > 0;
    });
  const hasPreviousPage = page.hasPreviousPage ?? hasNewer;
  const connection = toConnection({ ...page, hasPreviousPage }, (message) =>
    encodeCursor(binding, { ...query.placeOf(message), offset: 0, total: 0 }),
  );
  return {
    ...connection,
    notLoadedCount: hasSince ? page.notLoadedCount : null,
    firstNotLoaded: (hasSince ? page.firstNotLoaded : undefined) ?? null,
  };
}

export function readRange(range: DirectMessageHistoryArgs['range']) {
  const since = range?.since ?? undefined;
  const until = range?.until ?? undefined;
  if (since !== undefined && until !== undefined && since > until) {
    throw new GatewayError('BAD_USER_INPUT', '`range.since` is after `range.until`: swap them.');
  }
  return { since, until, isInclusive: range?.inclusive === true };
}
