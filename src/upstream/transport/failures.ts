import type { ErrorCode } from '../../errors.ts';
import type { CallOutcome } from './breaker.ts';
import type { TransportFailure } from './transport-error.ts';

/**
 * Whether a retry can help. `never`: the call would fail again. `if-idempotent`: the workspace may have processed the
 * call. `always`: it did not. `if-time-known`: it did not, and will at the time that the response names.
 */
export type RetryRule = 'never' | 'if-idempotent' | 'always' | 'if-time-known';

/** What one kind of failure means to the client, to the circuit breaker and to the retry policy. */
export interface FailureMeaning {
  readonly code: ErrorCode;
  readonly message: (endpoint: string) => string;
  readonly breaker: CallOutcome;
  readonly retry: RetryRule;
  /** Headers that may say when a retry makes sense; the first one present counts. */
  readonly retryAt?: readonly ('x-ratelimit-reset' | 'retry-after')[];
}

/** What it takes to be allowed, where Rocket.Chat's rules are known: it does not say what is missing. */
const asMember = ' It takes membership of the room and the permission `view-d-room` (or `view-joined-room`).';
const requirements: ReadonlyMap<string, string> = new Map([
  ...[
    'chat.getMessage',
    'chat.getThreadMessages',
    'chat.syncMessages',
    'dm.history',
    'dm.messages',
    'im.counters',
    'im.members',
    'subscriptions.get',
  ].map((endpoint) => [endpoint, asMember] as const),
  ['dm.list.everyone', ' It takes the permission `view-room-administration`.'],
]);

/** What clients read. Never upstream's own words. */
export const messages = {
  unauthenticated: () => 'The workspace rejected these credentials: log in again.',
  forbidden: (endpoint: string) =>
    `The workspace does not allow this user to do that (${endpoint}).${requirements.get(endpoint) ?? ''}`,
  notFound: (endpoint: string) => `No such room or message exists, or this user may not see it (${endpoint}).`,
  rateLimited: (endpoint: string) => `The workspace's rate limit for ${endpoint} is used up.`,
  badArguments: (endpoint: string) => `The workspace rejected the arguments of ${endpoint}.`,
  noEndpoint: (endpoint: string) => `This workspace has no endpoint ${endpoint}.`,
  unusable: (endpoint: string) => `The workspace sent an unusable response to ${endpoint}.`,
  tooLarge: (endpoint: string) => `The workspace's response to ${endpoint} is too large.`,
  serverError: (endpoint: string) => `The workspace cannot serve ${endpoint} at the moment.`,
  unreachable: (endpoint: string) => `The workspace cannot be reached (${endpoint}).`,
  timeout: (endpoint: string) => `The workspace did not respond to ${endpoint} in time.`,
  circuitOpen: (endpoint: string) => `The workspace is failing, so the gateway has paused calls to it (${endpoint}).`,
} as const;

const refused = (code: ErrorCode, message: (endpoint: string) => string): FailureMeaning => ({
  code,
  message,
  breaker: 'success',
  retry: 'never',
});

const unauthenticated = refused('UNAUTHENTICATED', messages.unauthenticated);
const forbidden = refused('FORBIDDEN', messages.forbidden);
const notFound = refused('NOT_FOUND', messages.notFound);
const badArguments = refused('BAD_USER_INPUT', messages.badArguments);
const unusable = refused('UPSTREAM_BAD_RESPONSE', messages.unusable);
const serverError = refused('UPSTREAM_UNAVAILABLE', messages.serverError);
const gatewayError: FailureMeaning = { ...serverError, breaker: 'failure', retry: 'if-idempotent' };
const rateLimited: FailureMeaning = {
  ...refused('RATE_LIMITED', messages.rateLimited),
  retry: 'if-time-known',
  retryAt: ['x-ratelimit-reset', 'retry-after'],
};
const unreachable: FailureMeaning = {
  code: 'UPSTREAM_UNAVAILABLE',
  message: messages.unreachable,
  breaker: 'failure',
  retry: 'never',
};

/** Calls without a response. What the workspace did send, or we cancelled, does not count against it. */
export const byTransportFailure: Readonly<Record<TransportFailure, FailureMeaning>> = {
  timeout: { code: 'UPSTREAM_TIMEOUT', message: messages.timeout, breaker: 'timeout', retry: 'never' },
  'too-large': refused('UPSTREAM_BAD_RESPONSE', messages.tooLarge),
  protocol: unusable,
  connection: unreachable,
  unsent: { ...unreachable, retry: 'always' },
  broken: { ...unreachable, retry: 'if-idempotent' },
  cancelled: { ...unreachable, breaker: 'unknown' },
};

/** Responses whose status says everything. 502 to 504 come from a proxy in front of a workspace that is down. */
const byStatus: Readonly<Record<number, FailureMeaning>> = {
  401: unauthenticated,
  403: forbidden,
  404: refused('UPSTREAM_BAD_RESPONSE', messages.noEndpoint),
  429: rateLimited,
  502: gatewayError,
  503: { ...gatewayError, retryAt: ['retry-after'] },
  504: gatewayError,
};

/** How far a refused call got: `passed` Rocket.Chat's rate limiter, or was refused `before` it. */
interface ErrorType {
  readonly meaning: FailureMeaning;
  readonly limiter: 'passed' | 'before';
}

/** What Rocket.Chat's `errorType` means in a 400 or 200. R7 and R8 differ in words and in `invalid-params` only. */
export const byErrorType: ReadonlyMap<unknown, ErrorType> = new Map<unknown, ErrorType>([
  ['invalid-channel', { meaning: notFound, limiter: 'passed' }],
  ['error-room-not-found', { meaning: notFound, limiter: 'passed' }],
  ['error-invalid-room', { meaning: notFound, limiter: 'passed' }],
  ['error-invalid-message', { meaning: notFound, limiter: 'passed' }],
  // `rooms.info` of other people's room: reported like a room that does not exist.
  ['Not Allowed', { meaning: notFound, limiter: 'passed' }],
  ['error-not-allowed', { meaning: forbidden, limiter: 'passed' }],
  ['error-endpoint-disabled', { meaning: forbidden, limiter: 'passed' }],
  ['error-unauthorized', { meaning: forbidden, limiter: 'before' }],
  ['unauthorized', { meaning: forbidden, limiter: 'before' }],
  ['error-forbidden', { meaning: forbidden, limiter: 'before' }],
  ['forbidden', { meaning: forbidden, limiter: 'before' }],
  ['error-action-not-allowed', { meaning: forbidden, limiter: 'before' }],
  ['error-too-many-requests', { meaning: rateLimited, limiter: 'before' }],
  ['invalid-params', { meaning: badArguments, limiter: 'before' }],
  ['error-invalid-params', { meaning: badArguments, limiter: 'before' }],
]);

/** What a response other than a success means. */
export function meaningOf(status: number, errorType: string | undefined): FailureMeaning {
  const known = byStatus[status];
  if (known !== undefined) return known;
  if (status >= 500) return serverError;
  if ((status !== 400 && status !== 200) || errorType === undefined) return unusable;
  // Rocket.Chat rejects arguments with 400. A 200 with an error type that it does not have is not its API.
  return byErrorType.get(errorType)?.meaning ?? (status === 400 ? badArguments : unusable);
}
