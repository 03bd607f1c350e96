export interface Once<Value> {
  (): Promise<Value>;
  /** Whether it has been called, so that calling it again costs nothing. */
  readonly isStarted: () => boolean;
}

/** Loads on the first call; every call returns the same promise. */
export function once<Value>(load: () => Promise<Value>): Once<Value> {
  let promise: Promise<Value> | undefined;
  return Object.assign(() => (promise ??= load()), { isStarted: () => promise !== undefined });
}
