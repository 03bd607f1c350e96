import type { Endpoint } from '../upstream/endpoint.ts';
import type { RequestUpstream } from '../upstream/request-upstream.ts';
import { roomsGet } from '../upstream/endpoints/rooms-get.ts';
import { subscriptionsGet } from '../upstream/endpoints/subscriptions-get.ts';
import type { RestDirectMessage, RestSubscription } from '../upstream/types.ts';
import { sumOf, type SavedCalls } from './loader.ts';
import { once, type Once } from './once.ts';

/** A list of everything of one kind of the caller's, in one response; loaded at most once a request. */
export interface CallerList<Row = unknown> extends Once<ReadonlyMap<string, Row>> {
  readonly endpoint: Endpoint;
}

/** Both by room id; each created when it is first used. */
export class CallerLists {
  readonly #upstream: RequestUpstream;
  #rooms: CallerList<RestDirectMessage> | undefined;
  #subscriptions: CallerList<RestSubscription> | undefined;

  constructor(upstream: RequestUpstream) {
    this.#upstream = upstream;
  }

  get saved(): SavedCalls {
    return sumOf([this.#rooms, this.#subscriptions]);
  }

  get rooms(): CallerList<RestDirectMessage> {
    return (this.#rooms ??= Object.assign(
      once(async () => mapBy(await roomsGet(this.#upstream), ({ _id }) => _id)),
      { endpoint: 'rooms.get' } as const,
    ));
  }

  get subscriptions(): CallerList<RestSubscription> {
    return (this.#subscriptions ??= Object.assign(
      once(async () => mapBy(await subscriptionsGet(this.#upstream), ({ rid }) => rid)),
      { endpoint: 'subscriptions.get' } as const,
    ));
  }
}

function mapBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row> {
  const map = new Map<string, Row>();
  for (const row of rows) map.set(keyOf(row), row);
  return map;
}
