import { replyMs, type WhyAway } from '../store/redis-store.ts';
import type { Examination } from './examination.ts';
import type { Finding } from './finding.ts';

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
  if (slowestMs > replyMs) {
    return {
      subject: 'store',
      level: 'warning',
      seen,
      meaning: `Beyond ${replyMs} ms a replica goes on without it, and keeps to its share of the limit.`,
      change: whatToChange['It is too slow.'],
    };
  }
  return { subject: 'store', level: 'good', seen, meaning: 'Replicas count their calls together.' };
}
