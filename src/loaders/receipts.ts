import DataLoader from 'dataloader';
import type { UpstreamClient } from '../upstream/client.ts';
import { chatGetMessageReadReceipts } from '../upstream/endpoints/chat-get-message-read-receipts.ts';
import type { RestReceipt } from '../upstream/types.ts';
import { settleAll } from './settle-all.ts';

/** How long "not licensed" is believed: a licence that was bought shows within this time. Milliseconds. */
const licenceMemoryMs = 60_000;

/**
 * Receipts by message; null where the workspace has no licence for them. Upstream takes one message a call: equal keys
 * share a call, a failed key fails alone. The licence is the workspace's, so it is learnt from one call before the
 * others are made, and remembered.
 */
export const receiptsLoader = (upstream: UpstreamClient) =>
  new DataLoader<string, RestReceipt[] | null>(async (messageIds) => {
    const { workspace } = upstream;
    const load = async (id: string): Promise<RestReceipt[] | null> => {
      const known = workspace.receiptsLicence;
      if (known?.isLicensed === false && Date.now() - known.at < licenceMemoryMs) return null;
      const receipts = await chatGetMessageReadReceipts(upstream, id);
      workspace.receiptsLicence = { isLicensed: receipts !== undefined, at: Date.now() };
      return receipts ?? null;
    };
    if (workspace.receiptsLicence?.isLicensed === true) return settleAll(messageIds, load);
    const first = await settleAll(messageIds.slice(0, 1), load);
    return [...first, ...(await settleAll(messageIds.slice(1), load))];
  });
