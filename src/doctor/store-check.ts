import type { Config } from '../config/config.ts';
import { StoreKeys } from '../store/keys.ts';
import { RedisStore, type WhyAway } from '../store/redis-store.ts';
import { createScript } from '../store/script.ts';
import type { Examination } from './examination.ts';
import type { Finding } from './finding.ts';

/** What was seen of the store that replicas share. */
export type StoreFacts =
  | { readonly whyAway: WhyAway }
  | {
      readonly whyAway?: undefined;
      /** The longest of some round trips, in milliseconds. */
      readonly slowestMs: number;
      /** Replicas that have shown a sign of life. */
      readonly replicas: number;
    };

/** A gateway waits no longer for a reply, as `docs/replicas.md` says. Milliseconds. */
const patienceMs = 20;
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
  const store = await RedisStore.open({ url, deployment: name, patienceMs: upstreamTimeoutMs, onChange });
  try {
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

const whatToChange: Readonly<Record<WhyAway, string>> = {
  'It cannot be reached.':
    'Check host and port in SHARED_STORE, and what may stand in between; for a store that speaks TLS, begin it with rediss://.',
  'It refuses the password.':
    'Put its user and password into SHARED_STORE, before the host: redis://user:password@host.',
  'It takes no writes.': 'Name the primary in SHARED_STORE rather than a replica of it, and give it memory.',
  'It is too slow.': 'Move it nearer to the gateway, or give it more of a processor.',
  'It replies what no store does.': 'SHARED_STORE must lead to a Redis or Valkey.',
};

/** Nothing where no store is set: one replica needs none. */
export function checkStore({ store }: Examination): Finding | undefined {
  if (store === undefined) return undefined;
  if (store.whyAway !== undefined) {
    return {
      subject: 'store',
      level: 'warning',
      seen: `The store that SHARED_STORE names is no help. ${store.whyAway}`,
      meaning:
        'The gateway serves without it: each replica keeps to its share of the limit, and a call can be refused.',
      change: whatToChange[store.whyAway],
    };
  }
  const { slowestMs, replicas } = store;
  const seen = `The store replies within ${Math.max(1, Math.round(slowestMs))} ms. Replicas that use it now: ${replicas}.`;
  if (slowestMs > patienceMs) {
    return {
      subject: 'store',
      level: 'warning',
      seen,
      meaning: `Beyond ${patienceMs} ms a replica goes on without it, and keeps to its share of the limit.`,
      change: whatToChange['It is too slow.'],
    };
  }
  return { subject: 'store', level: 'good', seen, meaning: 'Replicas count their calls together.' };
}
