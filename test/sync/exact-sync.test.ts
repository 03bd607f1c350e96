import { describe, expect, it } from 'vitest';
import { Client, World, type Dialect } from './model.ts';
import { randomFrom } from './schedule.ts';
import { Tally } from './tally.ts';

const dialects: readonly (Dialect & { readonly name: string })[] = [
  { name: 'one response (R7)', pageSize: undefined },
  { name: 'pages of 3 (R8)', pageSize: 3 },
  { name: 'pages of 20 (R8)', pageSize: 20 },
];
const seeds = 400;
const day = 86_400_000;

/** A world with a client and writers in each case, made from its seed. */
function* cases(dialect: Dialect) {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const random = randomFrom(seed);
    const world = new World(random);
    const writes = (most: number) => {
      for (let left = random(most); left > 0; left -= 1) world.write();
    };
    writes(20);
    const client = new Client(world, dialect, [1, 2, 5, 50][random(4)] ?? 1);
    const sync = (label: string) => {
      // What began while others wrote may leave its end to the next sync: which begins when all is quiet.
      if (client.isWalking) client.sync(() => undefined);
      client.sync(() => undefined);
      expect(world.without(client.copy), `seed ${seed}, ${label}`).toEqual(world.listed());
    };
    yield { random, world, writes, client, sync };
  }
}

describe.each(dialects)('a client that syncs from $name', (dialect) => {
  it('holds what the workspace lists, whoever writes meanwhile', () => {
    const tally = new Tally();
    for (const { random, world, writes, client, sync } of cases(dialect)) {
      for (let round = 0; round < 6; round += 1) {
        writes(12);
        // Others write between the answers of a sync, and between its calls.
        for (let answers = random(4); answers > 0; answers -= 1) {
          client.ask(() => writes(3));
          writes(3);
        }
        world.pass([0, 1, 500, 40_000, 7 * day][random(5)] ?? 0);
        sync(`round ${round}`);
      }
      tally.add(client);
    }
    tally.expectChangesTold();
    // Where what changed last was hidden, or is not read as it is being deleted.
    expect(tally.reloads).toBeLessThan(seeds / 5);
  });

  it('holds it after a backup was restored, and after being away for too long', () => {
    const tally = new Tally();
    for (const { random, world, writes, client, sync } of cases(dialect)) {
      sync('begin');
      for (let round = 0; round < 4; round += 1) {
        world.pass(60_000);
        const restore = world.backUp();
        world.pass([60_000, day][random(2)] ?? 0);
        writes(12);
        for (let answers = random(4); answers > 0; answers -= 1) client.ask(() => writes(3));
        // What was deleted just before a client read the list cannot be witnessed until they ask for changes.
        if (random(2) === 0 || client.isNew) sync(`before ${round}`);
        if (random(2) === 0 && !client.isNew && !client.isWalking) restore();
        world.pass([0, 40_000, 31 * day, 7 * day][random(4)] ?? 0);
        sync(`round ${round}`);
      }
      tally.add(client);
    }
    tally.expectChangesTold();
  });
});
