export interface Once<Value> {
  (): Promise<Value>;
  /** Whether somebody asked already, so that asking again costs nothing. */
  readonly isStarted: () => boolean;
}

/** The same promise for everybody who asks, made at the first asking. */
export function once<Value>(load: () => Promise<Value>): Once<Value> {
  let promise: Promise<Value> | undefined;
  return Object.assign(() => (promise ??= load()), { isStarted: () => promise !== undefined });
}
