/** What is left of an endpoint's rate-limit window. */
export interface Budget {
  readonly endpoint: string;
  readonly limit: number;
  readonly remaining: number;
  readonly resetAt: string;
}

/** Endpoints that asking for changes calls, and how often it calls each, at most. */
const endpoints: readonly string[] = ['subscriptions.get', 'rooms.get', 'chat.syncMessages'];
const callsPerQuestion = 2;

/** Of each window, so that opening a room always has something left. */
const share = 0.8;

const minuteMs = 60_000;
/** Without a limit, or with a wide one: as often as one looks. */
const quickestMs = 3000;

/**
 * Milliseconds to wait before asking for changes again. A workspace allows each endpoint ten calls a minute by default: that
 * is a question every fifteen seconds. Where it has no limiter, or the caller is exempt, there is no budget.
 */
export function paceOf(budgets: readonly Budget[], now: number): number {
  const ours = budgets.filter(({ endpoint }) => endpoints.includes(endpoint));
  const waits = ours.map(({ limit, remaining, resetAt }) => {
    const steady = (minuteMs * callsPerQuestion) / Math.max(callsPerQuestion, limit * share);
    // By two clocks, so never taken for more than a minute.
    const untilReset = Math.min(minuteMs, Date.parse(resetAt) - now);
    return remaining < callsPerQuestion ? Math.max(steady, untilReset) : steady;
  });
  return Math.max(quickestMs, ...waits);
}
