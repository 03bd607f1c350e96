import { GatewayError } from '../errors.ts';
import type { RequestUpstream } from '../upstream/request-upstream.ts';
import { chatGetMessageReadReceipts } from '../upstream/endpoints/chat-get-message-read-receipts.ts';
import type { RestMessage, RestReceipt } from '../upstream/types.ts';
import { callByKey, type Loader } from './loader.ts';
import { ofAChannel } from './messages.ts';
import type { RoomCheck } from './room-check.ts';

/**
 * Receipts by message; null where the workspace has none to give. As long as that is not known, one call goes first, so
 * that a page of messages does not cost a refusal each; should it be slow, the others do not wait for it.
 */
export function receiptsLoader(upstream: RequestUpstream): Loader<string, RestReceipt[] | null> {
  const { receiptsLicence } = upstream.workspace;
  let foundOut: Promise<void> | undefined;

  async function read(messageId: string): Promise<RestReceipt[] | null> {
    const receipts = await chatGetMessageReadReceipts(upstream, messageId);
    receiptsLicence.learn(receipts !== undefined);
    return receipts ?? null;
  }

  return callByKey(async (messageId) => {
    if (receiptsLicence.state === 'unknown') {
      if (foundOut === undefined) {
        const first = read(messageId);
        foundOut = receiptsLicence.whenFoundOut(first);
        return first;
      }
      await foundOut;
    }
    return receiptsLicence.state === 'missing' ? null : read(messageId);
  });
}

/**
 * Receipts of messages of which only the id is known. Those of a channel's message are none of this API's; receipts name
 * their room, and where there are none, the message does.
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
      if (!(await check.isDirectMessage(first.roomId))) throw ofAChannel();
    } else await messages.load(messageId).catch(rethrowNotFound);
    return rows;
  });

/** The receipts are here: what else cannot be found out costs nothing. */
function rethrowNotFound(error: unknown): void {
  if (error instanceof GatewayError && error.code === 'NOT_FOUND') throw error;
}
