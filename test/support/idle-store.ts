import type { SharedWindow } from '../../src/upstream/rate-limit/shared-store.ts';
import type { WorkspaceStore } from '../../src/upstream/workspace-store.ts';

const nothing = (): undefined => undefined;

/** A window of a store that grants nothing and keeps nothing, but for what the test says. */
export const idleWindow = (overrides: Partial<SharedWindow> = {}): SharedWindow => ({
  take: async () => undefined,
  use: nothing,
  learn: nothing,
  lost: nothing,
  giveBack: nothing,
  settle: nothing,
  ...overrides,
});

/** A store that is there and says nothing, but for what the test says. With a real store: test/store/. */
export const idleStore = (overrides: Partial<WorkspaceStore> = {}): WorkspaceStore => ({
  isAway: false,
  replicas: 2,
  leaseMs: 300,
  replyMs: 20,
  windowOf: () => idleWindow(),
  subscribe: nothing,
  tell: nothing,
  isRefused: () => false,
  ...overrides,
});
