import type { Permission } from './access.ts';
import type { Params, QuerySchema } from './schemas.ts';
import type { Settings } from './settings.ts';
import type { Account } from './types.ts';
import type { World } from './world.ts';

/** One authenticated call, as a handler sees it. */
export interface Call {
  /** Such as `dm.messages`. */
  readonly endpoint: string;
  readonly caller: Account;
  readonly params: Params;
  readonly world: World;
  readonly settings: Settings;
}

/** One GET below `/api/v1/`. */
export interface Route {
  readonly permission?: Permission;
  /** Needs a licence for read receipts. */
  readonly isPremium?: boolean;
  /** By dialect. A dialect without a schema accepts any parameters, unchecked and uncoerced. */
  readonly schemas?: { R7?: QuerySchema; R8: QuerySchema };
  /** Returns the body without its last key, `success`. */
  readonly handle: (call: Call) => Record<string, unknown>;
}

/** A parameter as text. Any other type counts as missing. */
export function textOf(value: Params[string]): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
