import { asId, asInstant, type JsonObject } from '../../json.ts';
import type { RequestUpstream } from '../request-upstream.ts';
import type { UpstreamRefusal } from '../transport/response.ts';
import type { RestReceipt } from '../types.ts';

/**
 * GET /api/v1/chat.getMessageReadReceipts: all receipts of one message, in no promised order. `offset` and `count` are
 * not sent: no version honours them, and Rocket.Chat 8.7 rejects them. Null where the workspace has no read receipts:
 * without a licence it answers 400 `error-action-not-allowed`, a build without the premium endpoints 404.
 * 400 `error-invalid-message` for an unknown message, 400 `error-invalid-room` for one in other people's room.
 */
export const chatGetMessageReadReceipts = (
  upstream: RequestUpstream,
  messageId: string,
): Promise<RestReceipt[] | null> =>
  upstream.get<RestReceipt[] | null>(
    'chat.getMessageReadReceipts',
    { messageId },
    {
      read(response) {
        const { rows } = response.rows('receipts', (row) => readReceipt(row, messageId));
        upstream.receiptsLicence.learn(true);
        return rows.filter((row) => row !== undefined);
      },
      refused(refusal) {
        if (!hasNoReceipts(refusal)) throw refusal;
        upstream.receiptsLicence.learn(false);
        return null;
      },
    },
  );

const hasNoReceipts = ({ status, errorType }: UpstreamRefusal): boolean =>
  status === 404 || errorType === 'error-action-not-allowed';

function readReceipt(row: JsonObject, messageId: string): RestReceipt | undefined {
  const isReadable =
    asId(row['_id']) !== undefined &&
    row['messageId'] === messageId &&
    asId(row['roomId']) !== undefined &&
    asId(row['userId']) !== undefined &&
    asInstant(row['ts']) !== undefined;
  return isReadable ? (row as RestReceipt) : undefined;
}
