/** One request, answered or not. */
export interface Sample {
  readonly caller: string;
  /** `ok`, the HTTP status, or why there is none. */
  readonly outcome: string;
  readonly ms: number;
}

const percentile = (sorted: readonly number[], part: number): number =>
  Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);

/** How many of each outcome, and how fast: `ok 5700 (190/s) p50 45 p99 80 ms, 503 …`. */
export function summarise(samples: readonly Sample[], seconds: number): string {
  return [...Map.groupBy(samples, ({ outcome }) => outcome)]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([outcome, group]) => {
      const times = group.map(({ ms }) => ms).toSorted((a, b) => a - b);
      return `${outcome} ${group.length} (${Math.round(group.length / seconds)}/s) p50 ${percentile(times, 0.5)} p99 ${percentile(times, 0.99)} ms`;
    })
    .join(', ');
}
