import type { Settings } from '../settings.ts';

/** One GET that everybody may make, without credentials. */
interface PublicRoute {
  /** Rocket.Chat limits its versioned endpoints only. */
  readonly isLimited: boolean;
  /** Returns the body without its last key, `success`. */
  readonly handle: (settings: Settings) => Record<string, unknown>;
}

/** Without the patch level, which administrators alone see. */
const versions = { R7: '7.13', R8: '8.8' } as const;

/** Those that say whether read receipts are kept. Rocket.Chat has hundreds more, and returns those that `_id` asks for. */
function settingsOf({ licensed, storeReceipts }: Settings): Record<string, unknown> {
  const value = licensed && storeReceipts;
  const settings = ['Message_Read_Receipt_Enabled', 'Message_Read_Receipt_Store_Users'].map((_id) => ({ _id, value }));
  return { settings, count: settings.length, offset: 0, total: settings.length };
}

/** By path below `/api/v1/`, or whole. */
export const publicRoutes: ReadonlyMap<string, PublicRoute> = new Map<string, PublicRoute>([
  ['/api/info', { isLimited: false, handle: ({ dialect }) => ({ version: versions[dialect] }) }],
  ['settings.public', { isLimited: true, handle: settingsOf }],
]);
