import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { RequestCall, type ResponseReader } from '../../src/upstream/request-call.ts';
import type { RequestUpstream } from '../../src/upstream/request-upstream.ts';
import { startFaultUpstream, type FaultUpstream } from '../support/fault-upstream.ts';
import { createRandom } from '../support/random.ts';
import { createWorkspace } from '../support/workspace.ts';

let upstream: FaultUpstream;
beforeEach(async () => {
  upstream = await startFaultUpstream();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await upstream.close();
});

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

const readers: readonly ResponseReader<unknown>[] = [
  { read: ({ body }) => body },
  {
    read() {
      throw new Error('unreadable');
    },
  },
  {
    read: ({ body }) => body,
    refused: ({ status }) => status,
  },
  {
    read: ({ body }) => body,
    refused() {
      throw new Error('refused');
    },
  },
];

const over = () => new GatewayError('CLIENT_CLOSED_REQUEST', 'The client left.');

it.each([false, true])(
  'Whatever becomes of calls, and in whatever order, they end, are counted, and hold nothing afterwards (shared: %s)',
  async (sharesInFlight) => {
    const random = createRandom(sharesInFlight ? 1 : 2);
    const cancelled = vi.spyOn(RequestCall.prototype, 'cancel');
    const queueLimits = { inFlight: 12, inFlightOfOne: 8, waiting: 60, waitingOfOne: 40, waitMs: 40 };
    for (let round = 0; round < 25; round += 1) {
      const { workspace, request } = createWorkspace(upstream.url, { sharesInFlight, timeoutMs: 60, queueLimits });
      upstream.heal();
      upstream.fail('slow-headers', { ms: random.below(10) });
      upstream.fail('never', { share: 0.05 });
      upstream.fail('reset-before-response', { share: 0.05 });
      for (const status of round % 5 === 0 ? [503, 400, 401] : [503, 400])
        upstream.fail('status', { share: 0.05, status });
      const requests = [request(), request({ timeoutMs: 100 + random.below(200) }), request()];
      const call = async (client: RequestUpstream): Promise<void> => {
        await pause(random.below(15));
        const roomId = random.chance(0.05) ? '\ud800' : `${round} room${random.below(12)}`;
        await client.get(random.pick(['im.counters', 'im.counters', 'im.members']), { roomId }, random.pick(readers));
      };
      const calls = requests.flatMap((client) => Array.from({ length: 40 }, () => call(client)));
      const stops = requests.slice(1).map(async (client) => {
        await pause(random.below(60));
        client.stop(over());
      });
      await Promise.all([Promise.allSettled(calls), ...stops]);
      expect([workspace.inFlight, workspace.queueLength]).toEqual([0, 0]);
      const counted = requests.flatMap(({ calls: made, retries }) => [...made.values(), retries]);
      // Those of an earlier round may arrive late, as bytes of what was cancelled.
      const received = upstream.calls.filter(({ query }) => query.get('roomId')?.startsWith(`${round} `));
      expect(received.length).toBeLessThanOrEqual(counted.reduce((sum, count) => sum + count, 0));
      cancelled.mockClear();
      for (const client of requests) client.stop(over());
      expect(cancelled).not.toHaveBeenCalled();
      await workspace.close();
    }
  },
);
