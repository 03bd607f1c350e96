import { describe, expect, it } from 'vitest';
import { Client, randomFrom, World, type Dialect } from './model.ts';

const dialects: readonly (Dialect & { readonly name: string })[] = [
  { name: 'one response (R7)', pageSize: undefined },
  { name: 'pages of 3 (R8)', pageSize: 3 },
  { name: 'pages of 20 (R8)', pageSize: 20 },
];
const seeds = 700;

describe.each(dialects)('a client that syncs from $name', (dialect) => {
  it('holds what the workspace lists, whoever writes meanwhile', () => {
    let reloads = 0;
    for (let seed = 1; seed <= seeds; seed += 1) {
      const random = randomFrom(seed);
      const world = new World(random);
      const writes = (most: number) => {
        for (let left = random(most); left > 0; left -= 1) world.write();
      };
      writes(20);
      const client = new Client(world, dialect, [1, 2, 5, 50][random(4)] ?? 1);
      for (let round = 0; round < 6; round += 1) {
        writes(12);
        // Others write between the answers of a sync, and between its calls.
        for (let answers = random(4); answers > 0; answers -= 1) {
          client.ask(() => writes(3));
          writes(3);
        }
        world.pass([0, 1, 500, 40_000, 7 * 86_400_000][random(5)] ?? 0);
        // What began while others wrote may leave its end to the next sync: which begins when all is quiet.
        if (client.isWalking) client.sync(() => undefined);
        client.sync(() => undefined);
        expect(client.copy, `seed ${seed}, round ${round}`).toEqual(world.listed());
      }
      reloads += client.reloads;
    }
    expect(reloads).toBeLessThan(seeds / 10);
  });
});
