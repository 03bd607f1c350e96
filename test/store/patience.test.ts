import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Patience } from '../../src/store/patience.ts';
import { manualClock } from '../support/manual-clock.ts';

function open() {
  const clock = manualClock();
  const patience = new Patience(20, clock);
  const ends: string[] = [];
  return {
    ends,
    begin: (name: string) => patience.begin(() => ends.push(name)),
    /** Ticks that come after so many milliseconds each. */
    pass: async (...ticks: number[]) => {
      for (const ms of ticks) {
        clock.move(ms);
        await nextTurn();
      }
    },
  };
}

describe('Patience', () => {
  it('ends after its time, once, for each who waits', async () => {
    const { begin, pass, ends } = open();
    begin('first');
    await pass(5, 5);
    begin('second');
    await pass(5);
    expect(ends).toEqual([]);
    await pass(5);
    expect(ends).toEqual(['first']);
    await pass(5, 5, 5, 5);
    expect(ends).toEqual(['first', 'second']);
    begin('third');
    await pass(5, 5, 5);
    expect(ends).toHaveLength(2);
    await pass(6);
    expect(ends).toHaveLength(3);
  });

  it('does not end while the process itself is late, again and again', async () => {
    const { begin, pass, ends } = open();
    begin('waiting');
    await pass(900, 80, 5);
    expect(ends).toEqual([]);
    await pass(300);
    expect(ends).toEqual(['waiting']);
  });

  it('counts nothing that was before, even where others wait already', async () => {
    const { begin, pass, ends } = open();
    begin('other');
    await pass(4);
    begin('late');
    await pass(1, 5, 5, 5);
    expect(ends).toEqual(['other']);
    await pass(5);
    expect(ends).toEqual(['other', 'late']);
  });

  it('takes a reply that comes after the timer and before the end', async () => {
    const { begin, pass, ends } = open();
    const stop = begin('waiting');
    await pass(5, 5, 5);
    const last = pass(5);
    stop();
    await last;
    expect(ends).toEqual([]);
  });
});
