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

const publicSettings = [{ _id: 'Site_Name', value: 'Demo', type: 'string' }];

/** By path below `/api/v1/`, or whole. */
export const publicRoutes: ReadonlyMap<string, PublicRoute> = new Map<string, PublicRoute>([
  ['/api/info', { isLimited: false, handle: ({ dialect }) => ({ version: versions[dialect] }) }],
  [
    'settings.public',
    {
      isLimited: true,
      handle: () => ({
        settings: publicSettings,
        count: publicSettings.length,
        offset: 0,
        total: publicSettings.length,
      }),
    },
  ],
]);
