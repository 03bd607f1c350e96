/** An error of an answer, as every client has it. */
export interface GraphqlErrorLike {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** What to do about an error. */
export type Advice =
  /** Leave the part out, or say that it is not for this user. */
  | { readonly kind: 'hide' }
  /** Show what came, and ask again then. */
  | { readonly kind: 'wait'; readonly seconds: number }
  /** Show what came, and offer to ask again. */
  | { readonly kind: 'retry' }
  /** The token is no longer good. */
  | { readonly kind: 'sign in' }
  /** A mistake of the query, of the gateway or of what is behind it. */
  | { readonly kind: 'report' };

const passing = /^(?:RATE_LIMITED|OVERLOADED|SHUTTING_DOWN|UPSTREAM_TIMEOUT|UPSTREAM_UNAVAILABLE)$/;

/** By `extensions.code`. */
export function adviceOn({ extensions = {} }: GraphqlErrorLike): Advice {
  const { code, retryAfterSeconds } = extensions;
  if (typeof retryAfterSeconds === 'number') return { kind: 'wait', seconds: retryAfterSeconds };
  if (code === 'UNAUTHENTICATED') return { kind: 'sign in' };
  if (code === 'FORBIDDEN' || code === 'NOT_FOUND') return { kind: 'hide' };
  return passing.test(String(code)) ? { kind: 'retry' } : { kind: 'report' };
}

export const needsSignIn = (errors: readonly GraphqlErrorLike[]): boolean =>
  errors.some((error) => adviceOn(error).kind === 'sign in');
