/** Reproducible choices. */
export interface Random {
  /** From 0 to below 1. */
  readonly fraction: () => number;
  below(limit: number): number;
  chance(part: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** `count` of the items, in any order. */
  some<Item>(items: readonly Item[], count: number): Item[];
}

/** mulberry32: small, seeded, good enough to choose with. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    fraction: next,
    below,
    chance: (part) => next() < part,
    pick: (items) => items[below(items.length)] as (typeof items)[number],
    some: (items, count) =>
      items
        .map((item) => ({ item, order: next() }))
        .toSorted((a, b) => a.order - b.order)
        .slice(0, count)
        .map(({ item }) => item),
  };
}
