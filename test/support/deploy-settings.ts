import { settings } from '../../src/config/settings.ts';

/** The variables that files in deploy/ may set. */
export const settingNames: readonly string[] = [...new Set([...Object.keys(settings), 'SHARED_STORE'])];
