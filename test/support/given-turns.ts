import { expect } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { queueFull, usedUp } from '../../src/upstream/rate-limit/refusals.ts';
import type { Ask, Grants } from '../../src/upstream/rate-limit/shared-store.ts';
import { SharedTurns, type SharedTurn } from '../../src/upstream/rate-limit/shared-turns.ts';
import { askedWindow, granting } from './asked-window.ts';
import { idleStore } from './idle-store.ts';
import { manualClock } from './manual-clock.ts';
import { settle } from './reservation-state.ts';

/** A call that waits in a shared window, and what has become of it. */
export interface Entered {
  readonly turn: SharedTurn;
  readonly state: () => Promise<string>;
}

/** Turns of one replica; the test replies for the store. `isTeacher`: the replica knows the window. */
export function givenTurns(isTeacher = false) {
  const clock = manualClock();
  const { window, asked, told } = askedWindow();
  const turns = new SharedTurns({
    clock,
    store: idleStore(),
    window,
    usualResponseMs: () => 700,
    onGrants: () => undefined,
    teach: () => {
      if (isTeacher) told.push(['teach']);
      return isTeacher;
    },
    usedUp: (opensInMs) => usedUp('im.list', opensInMs),
    queueFull: () => queueFull('im.list'),
  });
  return {
    clock,
    turns,
    told,
    /** A call that can wait for this many milliseconds, and has waited elsewhere. */
    enter: (turnKey: string, leftMs = 90_000, waitedMs = 0): Entered => {
      const now = clock.now();
      const turn = turns.enter({ turnKey, user: turnKey }, now - waitedMs, now + leftMs);
      turn.promise.catch(() => undefined);
      return { turn, state: () => stateOf(turn) };
    },
    /** How many asks await a reply. */
    open: async (): Promise<number> => {
      await settle();
      return asked.length;
    },
    /** The store replies to the oldest ask. */
    reply: async (grants: Partial<Grants> = {}): Promise<readonly Ask[]> => {
      await settle();
      const [ask] = asked.splice(0, 1);
      if (ask === undefined) return expect.fail('nobody asks');
      ask.reply(granting(grants));
      await settle();
      return ask.asks;
    },
    /** The store does not come to reply. */
    fail: async (): Promise<void> => {
      await settle();
      for (const { reply } of asked.splice(0)) reply(undefined);
      await settle();
    },
  };
}

async function stateOf({ promise }: SharedTurn): Promise<string> {
  const came = promise.then(
    (lease) => lease ?? 'alone',
    (error: unknown) => (error instanceof GatewayError ? told(error) : 'odd'),
  );
  return Promise.race([came, settle().then(() => 'waits')]);
}

const told = ({ code, detail, extensions }: GatewayError): string =>
  [code, detail, extensions['retryAfterSeconds']].join(' ');

export const statesOf = (entered: readonly Entered[]): Promise<string[]> =>
  Promise.all(entered.map(({ state }) => state()));
