import type { Permission } from './access.ts';
import type { Params, QuerySchema } from './schemas.ts';
import type { Settings } from './settings.ts';
import type { Account } from './types.ts';
import type { World } from './world.ts';

/** One authenticated call, as a handler sees it. */
export interface Call {
  /** `dm.messages`, say. */
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
  /** By dialect; a dialect without one takes any parameters, unchecked and uncoerced. */
  readonly schemas?: { R7?: QuerySchema; R8: QuerySchema };
  /** The body without its last key, `success`. */
  readonly handle: (call: Call) => Record<string, unknown>;
}

/** A parameter as text; anything else counts as not sent. */
export function textOf(value: Params[string]): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
