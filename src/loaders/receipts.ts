import type { RequestUpstream } from '../upstream/request-upstream.ts';
import { chatGetMessageReadReceipts } from '../upstream/endpoints/chat-get-message-read-receipts.ts';
import type { RestMessage, RestReceipt } from '../upstream/types.ts';
import { callByKey, type Loader } from './loader.ts';
import { notInDirectMessage } from './messages.ts';
import { isNotFound, type RoomCheck } from './room-check.ts';

/**
 * Receipts by message; null when the workspace has no read receipts. While that is unknown, one call goes first, so that a
 * page of messages does not get a refusal each; if that call is slow, the others do not wait for it.
 */
export function receiptsLoader(upstream: RequestUpstream): Loader<string, RestReceipt[] | null> {
  const { receiptsLicence } = upstream;
  let known: Promise<void> | undefined;

  const read = (messageId: string) => chatGetMessageReadReceipts(upstream, messageId);
  const readIfLicensed = (messageId: string) =>
    receiptsLicence.state === 'missing' ? Promise.resolve(null) : read(messageId);

  return callByKey((messageId) => {
    if (receiptsLicence.state !== 'unknown') return readIfLicensed(messageId);
    if (known !== undefined) return known.then(() => readIfLicensed(messageId));
    const first = read(messageId);
    known = receiptsLicence.whenKnown(first);
    return first;
  });
}

/**
 * Receipts of messages known by id only, which may be in a channel, which this API does not serve: the receipts name
 * their room, and when there are none, the message does.
 */
export const receiptsByIdLoader = (
  receipts: Loader<string, RestReceipt[] | null>,
  messages: Loader<string, RestMessage | null>,
  check: RoomCheck,
): Loader<string, RestReceipt[] | null> =>
  callByKey(async (messageId) => {
    const rows = await receipts.load(messageId);
    if (rows === null) return null;
    const [first] = rows;
    if (first !== undefined) {
      if (!(await check.isDirectMessage(first.roomId))) throw notInDirectMessage();
    } else await messages.load(messageId).catch(throwIfNotFound);
    return rows;
  });

/** The receipts are here: ignore other failures of the message. */
function throwIfNotFound(error: unknown): void {
  if (isNotFound(error)) throw error;
}
