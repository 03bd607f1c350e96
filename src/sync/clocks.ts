/**
 * What an exact sync relies on, in milliseconds of the workspace's own clocks.
 *
 * A sync continues from the moment at which an earlier one began to read (`readAt`): the `Date` of the response less the
 * time that the call took, which is not later than the moment at which the workspace looked into its storage. It never uses
 * the clock of the gateway or of the client, so these may be wrong by years.
 *
 * A change carries the time of the server that made it (`_updatedAt`, `_deletedAt`), and can be read a little later. So what
 * becomes readable after `readAt` may carry an earlier time: by as much as the clocks of the workspace's servers and of what
 * writes `Date` differ, plus the time that a write takes. The next sync therefore begins `overlapMs` before `readAt`. Servers
 * that use NTP differ by less than a second, and a write takes less than the seconds after which its request fails.
 */
export const overlapMs = 30_000;

/**
 * How much further back updates are read than deletions. A row that was deleted and sent again under the same id is in both
 * lists; by clocks that differ, its update can carry the earlier time. It must not be missed, as it shows the row alive.
 */
export const marginMs = overlapMs;

/**
 * Rocket.Chat forgets what was deleted after 30 days. The day between covers how rarely it looks, and differing clocks.
 */
export const keptDeletionsMs = 29 * 24 * 60 * 60 * 1000;

/**
 * Whether what happened since a moment cannot be told any more. `now`: when the workspace was read.
 * A moment that is still to come was not issued by this workspace as it is: it was restored, or its clock was set back.
 */
export function isTooFar(since: number, now: number): boolean {
  return since > now + overlapMs || isForgotten(since, now);
}

/** Whether the workspace may have forgotten what was deleted then. */
export const isForgotten = (deletedAt: number, now: number): boolean => deletedAt - overlapMs < now - keptDeletionsMs;
