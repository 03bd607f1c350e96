import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ShedLog } from '../../src/http/shed-log.ts';
import { createLog, Redactor } from '../../src/observability/log.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const open = () => {
  const lines: Record<string, unknown>[] = [];
  const log = createLog('warn', new Redactor(), {
    write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>),
  });
  return { lines, shed: new ShedLog(log) };
};

describe('ShedLog', () => {
  it('claim 17: shed requests are logged as counts by reason, at most once a second', () => {
    const { lines, shed } = open();
    for (let count = 0; count < 1000; count += 1) shed.add('in_flight');
    shed.add('caller_wait');
    expect(lines).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(lines).toMatchObject([{ level: 40, shed: { in_flight: 1000, caller_wait: 1 } }]);
    shed.add('loop_delay');
    vi.advanceTimersByTime(999);
    expect(lines).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(lines.slice(1)).toMatchObject([{ shed: { loop_delay: 1 } }]);
    vi.advanceTimersByTime(10_000);
    expect(lines).toHaveLength(2);
  });

  it('claim 17: shed requests are logged once before the gateway closes', () => {
    const { lines, shed } = open();
    shed.add('upstream_queue');
    shed.flush();
    shed.flush();
    expect(lines).toMatchObject([{ shed: { upstream_queue: 1 } }]);
    vi.advanceTimersByTime(10_000);
    expect(lines).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
