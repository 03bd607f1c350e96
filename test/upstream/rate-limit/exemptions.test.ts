import { describe, expect, it } from 'vitest';
import { Exemptions } from '../../../src/upstream/rate-limit/exemptions.ts';

const exempt = { isExempt: true, since: 1 };
const counted = { isExempt: false, since: 2 };

describe('Exemptions', () => {
  it('remembers a user’s exemption by window, and their latest in any window', () => {
    const exemptions = new Exemptions();
    exemptions.set('maya', 'me', exempt);
    exemptions.set('maya', 'im.list', counted);
    expect([exemptions.of('maya', 'me'), exemptions.of('maya', 'users.info'), exemptions.of('jonas', 'me')]).toEqual([
      exempt,
      undefined,
      undefined,
    ]);
    expect([exemptions.latestOf('maya'), exemptions.latestOf('jonas')]).toEqual([counted, undefined]);
    exemptions.set('maya', 'me', exempt);
    expect(exemptions.latestOf('maya')).toEqual(exempt);
  });

  it('evicts the least recently seen user beyond 10,000', () => {
    const exemptions = new Exemptions();
    for (let user = 0; user < 10_000; user += 1) exemptions.set(`user${user}`, 'me', counted);
    exemptions.set('user0', 'me', exempt);
    exemptions.set('one more', 'me', counted);
    expect([exemptions.size, exemptions.of('user0', 'me'), exemptions.of('user1', 'me')]).toEqual([
      10_000,
      exempt,
      undefined,
    ]);
  });

  it('keeps a user’s latest 32 windows', () => {
    const exemptions = new Exemptions();
    for (let window = 0; window < 33; window += 1) exemptions.set('maya', `window${window}`, counted);
    expect([exemptions.of('maya', 'window0'), exemptions.of('maya', 'window1'), exemptions.size]).toEqual([
      undefined,
      counted,
      1,
    ]);
  });
});
