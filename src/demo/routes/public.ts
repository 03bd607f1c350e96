import { readableQuery } from '../query-string.ts';
import type { Settings } from '../settings.ts';

/** One GET that everybody may make, without credentials. */
interface PublicRoute {
  /** Rocket.Chat limits its versioned endpoints only. */
  readonly isLimited: boolean;
  /** Returns the body without its last key, `success`. `search`: the query as it came. */
  readonly handle: (settings: Settings, search: string) => Record<string, unknown>;
}

/** Without the patch level, which administrators alone see. */
const versions = { R7: '7.13', R8: '8.8' } as const;

/** Those about read receipts and deleted messages, of the hundreds that Rocket.Chat has. `_id` chooses some, by comma. */
function settingsOf(settings: Settings, search: string): Record<string, unknown> {
  const { licensed, storeReceipts, keepHistory, showDeletedStatus } = settings;
  const values = {
    Message_KeepHistory: keepHistory,
    Message_Read_Receipt_Enabled: licensed && storeReceipts,
    Message_Read_Receipt_Store_Users: licensed && storeReceipts,
    Message_ShowDeletedStatus: showDeletedStatus,
  };
  const wanted = readableQuery(search)['_id']?.split(',');
  const found = Object.entries(values).filter(([id]) => wanted === undefined || wanted.includes(id));
  const list = found.map(([_id, value]) => ({ _id, value }));
  return { settings: list, count: list.length, offset: 0, total: list.length };
}

/** By path below `/api/v1/`, or whole. */
export const publicRoutes: ReadonlyMap<string, PublicRoute> = new Map<string, PublicRoute>([
  ['/api/info', { isLimited: false, handle: ({ dialect }) => ({ version: versions[dialect] }) }],
  ['settings.public', { isLimited: true, handle: settingsOf }],
]);
