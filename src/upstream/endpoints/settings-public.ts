import { asObjects, type JsonObject } from '../../json.ts';
import { fixedHeaders } from '../caller.ts';
import type { DeletionPolicy } from '../memory/deleted-messages.ts';
import { readHttpDate } from '../rate-limit/rate-headers.ts';
import { readBody } from '../transport/response.ts';
import type { Transport } from '../transport/transport.ts';
import { TransportError } from '../transport/transport-error.ts';

const [keepHistory, showDeletedStatus] = ['Message_KeepHistory', 'Message_ShowDeletedStatus'];

/** What says how messages are deleted. */
export const deletionSettings: readonly string[] = [keepHistory, showDeletedStatus];

/** GET /api/v1/settings.public, which needs no credentials: the values of some settings. */
export const publicSettingsPath = (names: readonly string[]): string =>
  `/api/v1/settings.public?offset=0&count=${names.length}&_id=${names.join('%2C')}`;

/** The value of a setting; undefined if the response does not tell it. */
export const publicSettingOf = (body: JsonObject | undefined, name: string): unknown =>
  asObjects(body?.['settings']).find(({ _id }) => _id === name)?.['value'];

/**
 * Whether a deleted message stays as a hidden row, which no list of changes tells. Undefined if the response does not tell
 * the settings.
 */
export function hidesDeleted(body: JsonObject | undefined): boolean | undefined {
  const [isKept, isShown] = [keepHistory, showDeletedStatus].map((name) => publicSettingOf(body, name));
  return typeof isKept === 'boolean' && typeof isShown === 'boolean' ? isKept && !isShown : undefined;
}

/** Requests may wait for it. Milliseconds. */
const maxMs = 2000;

/** Asks the workspace whether it hides deleted messages. Undefined if it does not say. */
export async function readDeletionPolicy(transport: Transport, timeoutMs: number): Promise<DeletionPolicy | undefined> {
  const options = { headers: fixedHeaders, timeoutMs: Math.min(timeoutMs, maxMs), onStart: () => {} };
  const response = await transport.get(publicSettingsPath(deletionSettings), options);
  if (response instanceof TransportError || response.status !== 200) return undefined;
  const isHiding = hidesDeleted(readBody(response)?.json);
  const readAt = readHttpDate(response.headers.date ?? '');
  return isHiding === undefined || readAt === undefined ? undefined : { isHiding, readAt };
}
