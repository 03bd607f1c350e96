import { describe, expect, it } from 'vitest';
import { InboxClient, InboxWorld } from './inbox-model.ts';
import { randomFrom } from './schedule.ts';
import { Tally } from './tally.ts';

const seeds = 400;
const day = 86_400_000;

describe('a client that syncs its rooms', () => {
  it.each(['one gateway', 'gateways that restart', 'a workspace restored from backups'])('holds them: %s', (name) => {
    const tally = new Tally();
    for (let seed = 1; seed <= seeds; seed += 1) {
      const random = randomFrom(seed);
      const world = new InboxWorld(random);
      const writes = (most: number) => {
        for (let left = random(most); left > 0; left -= 1) world.write();
      };
      writes(20);
      const client = new InboxClient(world);
      const sync = (label: string) => {
        for (let answers = 0; answers === 0 || client.isNew; answers += 1) {
          expect(answers, `seed ${seed}, ${label}`).toBeLessThan(10);
          if (answers > 0) world.pass(5000);
          client.ask(() => undefined);
        }
        expect(world.without(client.copy), `seed ${seed}, ${label}`).toEqual(world.listed());
      };
      sync('begin');
      for (let round = 0; round < 5; round += 1) {
        const isRestored = name.includes('backups') && random(2) === 0;
        if (isRestored) world.pass(60_000);
        const restore = world.backUp();
        if (isRestored) world.pass(60_000);
        writes(12);
        for (let answers = random(4); answers > 0; answers -= 1) {
          client.ask(() => writes(3));
          writes(3);
        }
        if (name.includes('restart') && random(2) === 0) client.restart();
        world.pass([0, 1, 500, 40_000, 7 * day][random(5)] ?? 0);
        if (isRestored) {
          sync(`before ${round}`);
          restore();
        }
        sync(`round ${round}`);
      }
      tally.add(client);
    }
    tally.expectChangesTold();
  });
});
