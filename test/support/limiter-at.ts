import { expect } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import type { Clock } from '../../src/upstream/clock.ts';
import type { LimitedCall } from '../../src/upstream/rate-limit/outstanding-calls.ts';
import type { Turn } from '../../src/upstream/cancellation.ts';
import { RateLimiter } from '../../src/upstream/rate-limit/rate-limiter.ts';
import type { LimiterReport } from '../../src/upstream/rate-limit/limiter-model.ts';
import type { LimiterRoomOptions } from '../../src/upstream/rate-limit/limiter-room.ts';
import { Exemptions } from '../../src/upstream/rate-limit/exemptions.ts';
import { WorkspaceClock } from '../../src/upstream/rate-limit/workspace-clock.ts';
import { clockStart, manualClock } from './manual-clock.ts';

export const start = clockStart;
export const end = start + 60_000;
export const far = start + 1_000_000;
export const usualResponseMs = 700;

export const counted = (remaining: number, resetAt = end, limit = 10): LimiterReport => ({
  kind: 'counted',
  rate: { limit, remaining, resetAt },
});
export const countedWithoutEnd = (remaining: number): LimiterReport => ({
  kind: 'counted',
  rate: { limit: 10, remaining, resetAt: undefined },
});
export const refused = (): LimiterReport => ({
  kind: 'refused',
  rate: { limit: 10, remaining: 0, resetAt: end },
  until: start + 1000,
});
export const refusedWithoutHeaders = (until: number): LimiterReport => ({ kind: 'refused', rate: undefined, until });
export const passed: LimiterReport = { kind: 'passed' };
export const nothing: LimiterReport = { kind: 'nothing' };
export const lost: LimiterReport = { kind: 'lost' };

export interface Entered {
  readonly call: LimitedCall;
  readonly turn: Turn | undefined;
}

/** A limiter, the durations of its timers, and those that run. The workspace has accepted all callers but those whose names begin with `?`. */
export function limiterAt({ sharers }: Pick<LimiterRoomOptions, 'sharers'> = {}) {
  const clock = manualClock();
  const timers: number[] = [];
  const running = new Set<symbol>();
  const watched: Clock = {
    now: () => clock.now(),
    after(ms, callback) {
      timers.push(ms);
      const timer = Symbol('timer');
      running.add(timer);
      const cancel = clock.after(ms, () => {
        running.delete(timer);
        callback();
      });
      return () => {
        running.delete(timer);
        cancel();
      };
    },
  };
  const known = new Exemptions();
  const exemptions = {
    of: (user: string) => known.of(user, 'here'),
    latestOf: (user: string) => known.latestOf(user),
    set: (user: string, exemption: Parameters<Exemptions['set']>[2]) => known.set(user, 'here', exemption),
  };
  const limiter = new RateLimiter({
    endpoint: 'im.list',
    clock: watched,
    workspaceClock: new WorkspaceClock(clock),
    exemptions,
    usualResponseMs: () => usualResponseMs,
    sharers,
  });
  const enter = (name: string, until = far): Entered =>
    limiter.enter({ turnKey: name, user: name.startsWith('?') ? undefined : name }, until);
  /** A call that goes out, now or after yielding to others. */
  const send = (name: string): LimitedCall => {
    const { call, turn } = enter(name);
    if (turn !== undefined) clock.move(50);
    expect([name, limiter.send(call)]).toEqual([name, true]);
    return call;
  };
  return {
    clock,
    timers,
    running,
    limiter,
    known,
    enter,
    send,
    /** Makes a call that ends immediately. */
    learn: (report: LimiterReport, name = 'first') => limiter.exit(send(name), report),
  };
}

export async function stateOf({ turn }: Entered): Promise<string> {
  if (turn === undefined) return 'now';
  const waits = new Promise<string>((resolve) => {
    setImmediate(() => resolve('waits'));
  });
  const came = turn.promise.then(
    () => 'came',
    (error: unknown) => (error instanceof GatewayError ? error.code : 'odd'),
  );
  return Promise.race([came, waits]);
}
export const statesOf = (entered: readonly Entered[]) => Promise.all(entered.map(stateOf));
export const times = <Value>(count: number, make: (index: number) => Value): Value[] =>
  Array.from({ length: count }, (_, index) => make(index));
