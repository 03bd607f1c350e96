import { describe, expect, it } from 'vitest';
import { Admission } from '../../src/http/admission.ts';

describe('Admission', () => {
  const open = ({ loopDelayMs = 0, fillsQueue = false, callerWaitMs = 0 } = {}) =>
    new Admission({
      loopDelayMs: () => loopDelayMs,
      fillsQueue: (callerKey) => callerKey !== 'b' && fillsQueue,
      callerWaitMs: (callerKey) => (callerKey === 'b' ? 0 : callerWaitMs),
    });

  it('admission sheds requests beyond maxInFlight until others have left', () => {
    const admission = open();
    const leaves = Array.from({ length: 256 }, () => admission.enter());
    expect(admission.refusal('a')).toBe('in_flight');
    leaves[0]?.();
    expect(admission.inFlight).toBe(255);
    leaves[0]?.(); // leaving twice counts once
    expect(admission.inFlight).toBe(255);
    expect(admission.refusal('a')).toBeUndefined();
    expect([...admission.shed]).toEqual([['in_flight', 1]]);
    admission.enter();
    expect([admission.refusal('a'), admission.refusal('a'), admission.inFlight]).toEqual([
      'in_flight',
      'in_flight',
      256,
    ]);
    expect([...admission.shed]).toEqual([['in_flight', 3]]);
  });

  it('admission accepts a few requests while the event loop is late, so that one long pause sheds nothing', () => {
    const admission = open({ loopDelayMs: 900 });
    for (let taken = 0; taken < 8; taken += 1) {
      expect(admission.refusal('a')).toBeUndefined();
      admission.enter();
    }
    expect(admission.refusal('a')).toBe('loop_delay');
    const onTime = open({ loopDelayMs: 200 });
    for (let taken = 0; taken < 9; taken += 1) onTime.enter();
    expect(onTime.refusal('a')).toBeUndefined();
  });

  it('S5: admission sheds requests of a caller who fills the upstream queue, and accepts those of others', () => {
    expect(open({ fillsQueue: true }).refusal('a')).toBe('upstream_queue');
    expect(open({ fillsQueue: true }).refusal('b')).toBeUndefined();
    expect(open({ fillsQueue: true }).refusal(undefined)).toBeUndefined();
  });

  it('admission sheds requests of a caller whose calls would wait for half a second, and accepts those of others', () => {
    expect(open({ callerWaitMs: 501 }).refusal('a')).toBe('caller_wait');
    expect(open({ callerWaitMs: 500 }).refusal('a')).toBeUndefined();
    expect(open({ callerWaitMs: 501 }).refusal('b')).toBeUndefined();
    expect(open({ callerWaitMs: 501 }).refusal(undefined)).toBeUndefined();
  });
});
