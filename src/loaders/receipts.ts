import type { UpstreamClient } from '../upstream/client.ts';
import { chatGetMessageReadReceipts } from '../upstream/endpoints/chat-get-message-read-receipts.ts';
import type { RestReceipt } from '../upstream/types.ts';
import { callByKey, type Loader } from './by-key.ts';

/**
 * Receipts by message; null where the workspace has none to give. As long as that is not known, one call goes first, so
 * that a page of messages does not cost a refusal each; should it be slow, the others do not wait for it.
 */
export function receiptsLoader(upstream: UpstreamClient): Loader<string, RestReceipt[] | null> {
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
