import { describe, expect, it } from 'vitest';
import { DeletedMessages } from '../../../src/upstream/memory/deleted-messages.ts';

const minute = 60_000;
const start = 1_800_000_000_000;

/** What the workspace answers in turn; the last answer for ever. Its clock is an hour ahead. */
function askedInTurn(...answers: readonly (boolean | undefined)[]) {
  const state = { now: start, readings: 0 };
  const read = () => {
    const isHiding = answers[Math.min(state.readings++, answers.length - 1)];
    return Promise.resolve(isHiding === undefined ? undefined : { isHiding, readAt: state.now + 60 * minute });
  };
  const messages = new DeletedMessages({ now: () => state.now }, read);
  /** The answer for a client who has just asked before, and how often the workspace was asked in all. */
  const ask = async () => [await messages.mayBeHiddenSince(Number.POSITIVE_INFINITY), state.readings];
  return { state, messages, ask };
}

describe('Whether the workspace hides deleted messages', () => {
  it.each([
    [true, true],
    [false, false],
    [undefined, true],
  ])('is read before the first answer: %s means %s', async (answer, mayBe) => {
    const { messages, state } = askedInTurn(answer);
    expect(await Promise.all([messages.mayBeHiddenSince(start), messages.mayBeHiddenSince(0)])).toEqual([mayBe, mayBe]);
    expect(state.readings).toBe(1);
  });

  it('is read again after ten minutes, while the answer is what is known', async () => {
    const { state, ask } = askedInTurn(false, true);
    await ask();
    state.now += 10 * minute - 1;
    expect(await ask()).toEqual([false, 1]);
    state.now += 1;
    expect(await ask()).toEqual([false, 2]);
    expect(await ask()).toEqual([true, 2]);
  });

  it('is waited for again if the latest answer is an hour old', async () => {
    const { state, ask } = askedInTurn(false, true);
    await ask();
    state.now += 60 * minute;
    expect(await ask()).toEqual([true, 2]);
  });

  it('is asked again after half a minute if the workspace did not say, and is what it was for an hour', async () => {
    const { state, ask } = askedInTurn(false, undefined, undefined, false);
    await ask();
    state.now += 60 * minute - 1;
    expect(await ask()).toEqual([false, 2]);
    state.now += 1;
    expect(await ask()).toEqual([true, 2]);
    state.now += 30_000 - 2;
    expect(await ask()).toEqual([true, 2]);
    state.now += 1;
    expect(await ask()).toEqual([true, 3]);
    state.now += 30_000;
    expect(await ask()).toEqual([false, 4]);
  });

  it('matters to those who asked last before it had stopped', async () => {
    const { state, messages, ask } = askedInTurn(false, true, false);
    for (let reading = 0; reading < 3; reading += 1) {
      await ask();
      state.now += 60 * minute;
    }
    const stoppedAt = start + 2 * 60 * minute + 60 * minute;
    expect(await messages.mayBeHiddenSince(start)).toBe(true);
    expect(await messages.mayBeHiddenSince(stoppedAt + 1000)).toBe(true);
    expect(await messages.mayBeHiddenSince(stoppedAt + 1001)).toBe(false);
  });

  it('was never known to hide any, so it matters to nobody', async () => {
    const { messages } = askedInTurn(false);
    expect(await messages.mayBeHiddenSince(0)).toBe(false);
  });
});
