import type { SavedCalls } from './loader.ts';

export interface Once<Value> {
  (): Promise<Value>;
  readonly saved: SavedCalls;
  /** Whether it has been called, so that calling it again costs nothing. */
  readonly isStarted: () => boolean;
}

/** Loads on the first call; every call returns the same promise. */
export function once<Value>(load: () => Promise<Value>): Once<Value> {
  let promise: Promise<Value> | undefined;
  const saved = { joined: 0, bulk: 0 };
  const call = (): Promise<Value> => {
    if (promise !== undefined) saved.joined += 1;
    return (promise ??= load());
  };
  return Object.assign(call, { saved, isStarted: () => promise !== undefined });
}
