import type { Clock } from './clock.ts';
import { cancelled } from './transport/transport-error.ts';

/**
 * Cancels a call in whatever step it is. Not an AbortSignal: adding and removing a listener for each of a call's four
 * steps takes 0.9 µs (Node 26.10), a callback that the next step replaces 0.04 µs.
 */
export class Cancellation {
  #isCancelled = false;
  #cancelStep: (() => void) | undefined;

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** Sets how to cancel the step that begins now; cancels it immediately when the call has been cancelled before. */
  onCancel(cancelStep: () => void): void {
    this.#cancelStep = cancelStep;
    if (this.#isCancelled) cancelStep();
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#cancelStep?.();
  }
}

/** A place in a queue: wait for it, or leave it. */
export interface Turn {
  readonly promise: Promise<void>;
  /** False when there was nothing to leave: the turn has come, or was refused. */
  readonly leave: () => boolean;
}

/** Waits for a turn. A turn that has come counts as taken, even when the call is cancelled at that very moment. */
export const waitForTurn = (turn: Turn, cancellation: Cancellation): Promise<void> =>
  new Promise((resolve, reject) => {
    cancellation.onCancel(() => {
      if (turn.leave()) reject(cancelled());
    });
    turn.promise.then(resolve, reject);
  });

/** A turn whose promise rejects when it is given up. */
export interface OwnTurn extends Turn {
  readonly reject: (error: unknown) => void;
}

/** The same for such a turn, which takes no second promise. */
export function waitForOwnTurn(turn: OwnTurn, cancellation: Cancellation): Promise<void> {
  cancellation.onCancel(() => {
    if (turn.leave()) turn.reject(cancelled());
  });
  return turn.promise;
}

/** Waits, unless the call is cancelled. */
export const sleep = (ms: number, clock: Pick<Clock, 'after'>, cancellation: Cancellation): Promise<void> =>
  new Promise((resolve, reject) => {
    const wake = clock.after(ms, resolve);
    cancellation.onCancel(() => {
      wake();
      reject(cancelled());
    });
  });
