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
      once(async () => new Map((await roomsGet(this.#upstream)).map((room) => [room._id, room]))),
      { endpoint: 'rooms.get' } as const,
    ));
  }

  get subscriptions(): CallerList<RestSubscription> {
    return (this.#subscriptions ??= Object.assign(
      once(async () => new Map((await subscriptionsGet(this.#upstream)).map((row) => [row.rid, row]))),
      { endpoint: 'subscriptions.get' } as const,
    ));
  }
}
