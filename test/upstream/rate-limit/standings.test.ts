import { describe, expect, it } from 'vitest';
import { Standings } from '../../../src/upstream/rate-limit/standings.ts';

const exempt = { isExempt: true, since: 1 };
const counted = { isExempt: false, since: 2 };

describe('standings', () => {
  it('are a user’s in one window, and the latest is known in whatever window', () => {
    const standings = new Standings();
    standings.set('maya', 'me', exempt);
    standings.set('maya', 'im.list', counted);
    expect([standings.of('maya', 'me'), standings.of('maya', 'users.info'), standings.of('jonas', 'me')]).toEqual([
      exempt,
      undefined,
      undefined,
    ]);
    expect([standings.latestOf('maya'), standings.latestOf('jonas')]).toEqual([counted, undefined]);
    standings.set('maya', 'me', exempt);
    expect(standings.latestOf('maya')).toEqual(exempt);
  });

  it('are remembered of ten thousand users at most, those longest who called last', () => {
    const standings = new Standings();
    for (let user = 0; user < 10_000; user += 1) standings.set(`user${user}`, 'me', counted);
    standings.set('user0', 'me', exempt);
    standings.set('one more', 'me', counted);
    expect([standings.size, standings.of('user0', 'me'), standings.of('user1', 'me')]).toEqual([
      10_000,
      exempt,
      undefined,
    ]);
  });

  it('are remembered in 32 windows of one user at most, the latest', () => {
    const standings = new Standings();
    for (let window = 0; window < 33; window += 1) standings.set('maya', `window${window}`, counted);
    expect([standings.of('maya', 'window0'), standings.of('maya', 'window1'), standings.size]).toEqual([
      undefined,
      counted,
      1,
    ]);
  });
});
