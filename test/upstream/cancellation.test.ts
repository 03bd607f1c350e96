import { describe, expect, it } from 'vitest';
import { Cancellation, sleep, waitForTurn } from '../../src/upstream/cancellation.ts';
import { manualClock } from '../support/manual-clock.ts';

const cancelledByGateway = 'cancelled by the gateway';

/** How a wait ends; `waits` while it has not. */
function outcomeOf(promise: Promise<void>) {
  let outcome = 'waits';
  promise.then(
    () => (outcome = 'ended'),
    (error: unknown) => (outcome = (error as Error).message),
  );
  return async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return outcome;
  };
}

/** A wait for a turn, which comes when the test says so. */
function waiting(isInQueue: boolean) {
  const cancellation = new Cancellation();
  const turn = Promise.withResolvers<void>();
  const outcome = outcomeOf(waitForTurn({ promise: turn.promise, leave: () => isInQueue }, cancellation));
  return { cancellation, turn, outcome };
}

/** A sleep of half a second, and how often its timer has gone off. */
function sleeping() {
  const clock = manualClock();
  const cancellation = new Cancellation();
  let woken = 0;
  const after = (ms: number, callback: () => void) =>
    clock.after(ms, () => {
      woken += 1;
      callback();
    });
  return { clock, cancellation, outcome: outcomeOf(sleep(500, { after }, cancellation)), woken: () => woken };
}

describe('Cancelling a call', () => {
  it('cancels the step that it is in, and none before that', () => {
    const cancellation = new Cancellation();
    const cancelledSteps: string[] = [];
    for (const step of ['queue', 'wire']) cancellation.onCancel(() => void cancelledSteps.push(step));
    expect([cancellation.isCancelled, cancelledSteps]).toEqual([false, []]);
    cancellation.cancel();
    expect([cancellation.isCancelled, cancelledSteps]).toEqual([true, ['wire']]);
  });

  it('cancels a step that begins later at once', () => {
    const cancellation = new Cancellation();
    cancellation.cancel();
    const cancelledSteps: string[] = [];
    cancellation.onCancel(() => void cancelledSteps.push('late'));
    expect(cancelledSteps).toEqual(['late']);
  });
});

describe('Waiting for a turn', () => {
  it('ends when the turn comes', async () => {
    const { turn, outcome } = waiting(true);
    expect(await outcome()).toBe('waits');
    turn.resolve();
    expect(await outcome()).toBe('ended');
  });

  it('fails when the turn is refused', async () => {
    const { turn, outcome } = waiting(true);
    turn.reject(new Error('the queue is full'));
    expect(await outcome()).toBe('the queue is full');
  });

  it('fails when the call is cancelled in the queue', async () => {
    const { cancellation, outcome } = waiting(true);
    cancellation.cancel();
    expect(await outcome()).toBe(cancelledByGateway);
  });

  it('has the turn when the call is cancelled as the turn comes', async () => {
    const { cancellation, turn, outcome } = waiting(false);
    cancellation.cancel();
    expect(await outcome()).toBe('waits');
    turn.resolve();
    expect(await outcome()).toBe('ended');
  });
});

describe('Sleeping', () => {
  it('ends after its time', async () => {
    const { clock, outcome } = sleeping();
    clock.move(499);
    expect(await outcome()).toBe('waits');
    clock.move(1);
    expect(await outcome()).toBe('ended');
  });

  it('fails when the call is cancelled, and leaves no timer', async () => {
    const { clock, cancellation, outcome, woken } = sleeping();
    cancellation.cancel();
    expect(await outcome()).toBe(cancelledByGateway);
    clock.move(500);
    expect([await outcome(), woken()]).toEqual([cancelledByGateway, 0]);
  });
});
