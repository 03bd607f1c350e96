import type { Ask, Grants, SharedWindow } from '../../src/upstream/rate-limit/shared-store.ts';
import { idleWindow } from './idle-store.ts';

/** A shared window whose store replies what the test says: what was asked of it, oldest first, and what it was told. */
export function askedWindow() {
  const asked: { readonly asks: readonly Ask[]; readonly reply: (grants: Grants | undefined) => void }[] = [];
  const told: unknown[] = [];
  const window: SharedWindow = idleWindow({
    take: (asks) =>
      new Promise((reply) => {
        asked.push({ asks, reply });
      }),
    use: (lease, turnKey) => void told.push(['use', lease, turnKey]),
    learn: (lease, learnt) => void told.push(['learn', lease, learnt]),
    lost: (lease) => void told.push(['lost', lease]),
    giveBack: (leases) => void told.push(['back', ...leases]),
  });
  return { window, asked, told };
}

/** What a store replies that grants nothing and knows nothing, but for what the test says. */
export const granting = (grants: Partial<Grants> = {}): Grants => ({
  window: undefined,
  opensInMs: undefined,
  askAgainMs: 40,
  leases: new Map(),
  spare: [],
  ...grants,
});
