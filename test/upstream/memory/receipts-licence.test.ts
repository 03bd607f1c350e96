import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors.ts';
import { receiptsLoader } from '../../../src/loaders/receipts.ts';
import { ReceiptsLicence } from '../../../src/upstream/memory/receipts-licence.ts';
import { startFaultUpstream, type FaultUpstream } from '../../support/fault-upstream.ts';
import { manualClock } from '../../support/manual-clock.ts';
import { createWorkspace } from '../../support/workspace.ts';

/** A wait for a call: whether it is over, and how many timers are still to come. */
function beginWaiting() {
  const clock = manualClock();
  const timers = new Set<() => void>();
  const licence = new ReceiptsLicence({
    now: () => clock.now(),
    after(ms, callback) {
      timers.add(callback);
      const cancel = clock.after(ms, () => {
        timers.delete(callback);
        callback();
      });
      return () => {
        timers.delete(callback);
        cancel();
      };
    },
  });
  const call = Promise.withResolvers<void>();
  let isOver = false;
  void licence.whenKnown(call.promise).then(() => (isOver = true));
  const settle = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return { isOver, timers: timers.size };
  };
  return { clock, call, settle };
}

describe('ReceiptsLicence', () => {
  it('is unknown at first', () => {
    expect(new ReceiptsLicence(manualClock()).state).toBe('unknown');
  });

  it('stays licensed until a response says otherwise', () => {
    const clock = manualClock();
    const licence = new ReceiptsLicence(clock);
    licence.learn(true);
    clock.move(24 * 3600_000);
    expect(licence.state).toBe('licensed');
    licence.learn(false);
    expect(licence.state).toBe('missing');
  });

  it('tells other gateways that it is missing, and believes them for as long, unless it knows better', () => {
    const clock = manualClock();
    const told: number[] = [];
    const teller = new ReceiptsLicence(clock, (ms) => told.push(ms));
    teller.learn(true);
    expect(told).toEqual([]);
    teller.learn(false);
    expect(told).toEqual([60_000]);
    const licence = new ReceiptsLicence(clock);
    licence.hearMissing(0);
    expect(licence.state).toBe('unknown');
    licence.hearMissing(10_000);
    clock.move(9999);
    expect(licence.state).toBe('missing');
    clock.move(1);
    expect(licence.state).toBe('unknown');
    licence.hearMissing(1e9);
    clock.move(60_000);
    expect(licence.state).toBe('unknown');
    licence.learn(true);
    licence.hearMissing(10_000);
    expect(licence.state).toBe('licensed');
  });

  it('is missing for a minute, and then unknown again', () => {
    const clock = manualClock();
    const licence = new ReceiptsLicence(clock);
    licence.learn(false);
    clock.move(59_999);
    expect(licence.state).toBe('missing');
    clock.move(1);
    expect(licence.state).toBe('unknown');
    licence.learn(false);
    expect(licence.state).toBe('missing');
  });
});

describe('Waiting for the first call for receipts', () => {
  it('ends after 300 ms', async () => {
    const { clock, settle } = beginWaiting();
    clock.move(299);
    expect(await settle()).toEqual({ isOver: false, timers: 1 });
    clock.move(1);
    expect(await settle()).toEqual({ isOver: true, timers: 0 });
  });

  it.each(['succeeds', 'fails'])('ends, and leaves no timer, when the call %s', async (outcome) => {
    const { call, settle } = beginWaiting();
    expect(await settle()).toEqual({ isOver: false, timers: 1 });
    if (outcome === 'fails') call.reject(new Error('no receipts'));
    else call.resolve();
    expect(await settle()).toEqual({ isOver: true, timers: 0 });
  });
});

describe('the receipts loader', () => {
  let upstream: FaultUpstream;
  beforeEach(async () => {
    upstream = await startFaultUpstream();
  });
  afterEach(() => upstream.close());

  const ids = ['m1', 'm2', 'm3', 'm4'];
  const all = (loader: ReturnType<typeof receiptsLoader>) =>
    Promise.all(
      ids.map((id) =>
        loader.load(id).then(
          (rows) => rows?.length ?? null,
          () => 'error',
        ),
      ),
    );
  const refusals = [
    ['without a licence', { status: 400, body: { success: false, errorType: 'error-action-not-allowed' } }],
    ['L2: without premium endpoints', { status: 404, body: { success: false, error: 'API endpoint not found' } }],
  ] as const;

  it.each(refusals)('calls a workspace %s once, and again after a minute', async (_name, refusal) => {
    const clock = manualClock();
    const { workspace, request } = createWorkspace(upstream.url, { clock });
    upstream.fail('status', refusal);
    const none = [null, null, null, null];
    expect([await all(receiptsLoader(request())), upstream.calls.length]).toEqual([none, 1]);
    expect([await all(receiptsLoader(request())), upstream.calls.length]).toEqual([none, 1]);
    clock.move(60_000);
    expect([await all(receiptsLoader(request())), upstream.calls.length]).toEqual([none, 2]);
    upstream.heal();
    clock.move(60_000);
    expect([await all(receiptsLoader(request())), upstream.calls.length]).toEqual([[1, 1, 1, 1], 4]);
    await workspace.close();
  });

  it('M6: does not wait for a slow first call', async () => {
    const clock = manualClock();
    const { workspace, request } = createWorkspace(upstream.url, { clock });
    const client = request();
    await client.get('me'); // so that no call goes out as a scout
    upstream.fail('never', { when: (query) => query.get('messageId') === 'm1' });
    const loader = receiptsLoader(client);
    const [first, ...others] = ids.map((id) => loader.load(id));
    first?.catch(() => undefined);
    clock.move(299);
    expect(
      upstream.calls.filter(({ endpoint }) => endpoint === 'chat.getMessageReadReceipts').length,
    ).toBeLessThanOrEqual(1);
    clock.move(1);
    expect((await Promise.all(others)).map((rows) => rows?.length)).toEqual([1, 1, 1]);
    client.stop(new GatewayError('UPSTREAM_TIMEOUT', 'The time is up.'));
    await workspace.close();
  });

  it('goes on when the first call fails, which says nothing about the licence', async () => {
    const { workspace, request } = createWorkspace(upstream.url);
    upstream.fail('status', { status: 500, times: 1 });
    expect(await all(receiptsLoader(request()))).toEqual(['error', 1, 1, 1]);
    await workspace.close();
  });
});
