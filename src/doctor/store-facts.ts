import type { Config } from '../config/config.ts';
import { StoreKeys } from '../store/keys.ts';
import { RedisStore, type WhyAway } from '../store/redis-store.ts';
import { createScript } from '../store/script.ts';

/** What was seen of the store that replicas share. */
export type StoreFacts =
  | { readonly whyAway: WhyAway }
  | {
      readonly whyAway?: undefined;
      /** The longest of some round trips, in milliseconds. */
      readonly slowestMs: number;
      /** Replicas whose heartbeat the store has heard lately. */
      readonly replicas: number;
    };

const roundTrips = 5;

const countReplicas = createScript(String.raw`
local time = redis.call('TIME')
return redis.call('ZCOUNT', KEYS[1], time[1] * 1000, '+inf')
`);

/** Connects as a gateway does, which writes one key that expires within a second. Undefined without a store. */
export async function examineStore(
  { sharedStore, upstreamTimeoutMs }: Config,
  workspaceUrl: string,
): Promise<StoreFacts | undefined> {
  if (sharedStore === undefined) return undefined;
  const { url, name } = sharedStore;
  let whyAway: WhyAway | undefined;
  const onChange = (away: WhyAway | undefined): void => void (whyAway = away);
  const store = new RedisStore({ url, deployment: name, patienceMs: upstreamTimeoutMs, onChange });
  try {
    await store.connect();
    const key = new StoreKeys(name, workspaceUrl).named('replicas');
    let [slowestMs, replicas]: [number, unknown] = [0, undefined];
    for (let trip = 0; trip < roundTrips; trip += 1) {
      const askedAt = performance.now();
      replicas = await store.run(countReplicas, [key], []);
      // The first one also brings the script there.
      if (trip > 0) slowestMs = Math.max(slowestMs, performance.now() - askedAt);
    }
    return typeof replicas === 'number' ? { slowestMs, replicas } : { whyAway: whyAway ?? 'It is too slow.' };
  } finally {
    store.close();
  }
}
