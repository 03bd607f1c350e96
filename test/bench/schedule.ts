/** How many requests of an open loop have arrived after this time: the first at once. */
export const arrivedBy = (elapsedMs: number, perSecond: number, requests: number): number =>
  Math.min(requests, Math.floor((elapsedMs / 1000) * perSecond) + 1);

/** Contenders in the order of a round: there and back, so that what drifts meets all. */
export const orderOfRound = <T>(contenders: readonly T[], round: number): readonly T[] =>
  round % 2 === 0 ? contenders : contenders.toReversed();

interface Rounds<Asked, Sample> {
  readonly asked: Asked;
  readonly rounds: readonly Sample[];
}

/** The rounds of all processes of a contender together, those of its first process first. */
export function byContender<Asked extends { readonly contender: object }, Sample>(
  measured: readonly Rounds<Asked, Sample>[],
): Rounds<Asked, Sample>[] {
  const together: Rounds<Asked, Sample>[] = [];
  for (const processes of Map.groupBy(measured, ({ asked }) => asked.contender).values()) {
    const [first] = processes;
    if (first !== undefined) together.push({ asked: first.asked, rounds: processes.flatMap(({ rounds }) => rounds) });
  }
  return together;
}

/** Slices that must agree, and how closely (largest / smallest), before a contender counts as warm. */
const flatSlices = 3;
const flatWithin = 1.05;

/** Whether the last slices' figures no longer fall. */
export function isFlat(figures: readonly number[]): boolean {
  const last = figures.slice(-flatSlices);
  return last.length === flatSlices && Math.max(...last) <= Math.min(...last) * flatWithin;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Interpolated between the two nearest values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
  return below + (above - below) * (place - Math.floor(place));
}
