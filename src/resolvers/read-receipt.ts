import type { Context } from '../context/request-context.ts';
import type { PageArgs } from '../pagination/args.ts';
import { instantKey, placeId, type Place } from '../pagination/place.ts';
import type { RestReceipt } from '../upstream/types.ts';
import { wholeConnection, type WholeList } from './pages.ts';
import { UserReference, type ReceiptConnection } from './parents.ts';
import type { Resolvers } from './types.generated.ts';
import { userOf } from './user.ts';
import { checkedId, checkedInstant } from './readers.ts';

export const ReadReceipt: Resolvers['ReadReceipt'] = {
  id: checkedId('_id'),
  messageId: checkedId('messageId'),
  roomId: checkedId('roomId'),
  userId: checkedId('userId'),
  user: (receipt) => {
    const user = userOf(receipt['user']);
    return user && new UserReference(user._id, receipt.roomId, user);
  },
  readAt: checkedInstant('ts'),
};

/** Receipts of one message, ordered by `readAt`. The loader returns null for a workspace without the licence. */
export function receiptConnection(
  messageId: string,
  args: PageArgs,
  loader: Context['loaders']['receipts'],
): Promise<ReceiptConnection> {
  const load = () => loader.load(messageId);
  const receipts: WholeList<RestReceipt> = { binding: `receipts ${messageId}`, placeOf, load };
  return wholeConnection(args, receipts);
}

const placeOf = ({ ts, _id }: RestReceipt): Place => ({ key: instantKey(ts), id: placeId(_id) });
