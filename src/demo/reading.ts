import { isOnlyInThread } from './follow-up.ts';
import type { Message, Receipt, Subscription } from './types.ts';

/** Effects of reading a room: on the reader's membership, and on the receipts of its messages. */

/** Marks the room as read up to `ls`; later messages stay unread. */
export function markRead(subscription: Subscription, messages: readonly Message[], ls: string): void {
  const isUnread = (message: Message): boolean =>
    message._hidden !== true && message.ts > ls && message.u._id !== subscription.u._id && !isOnlyInThread(message);
  const unread = messages.filter(isUnread).length;
  Object.assign(subscription, { ls, unread, alert: unread > 0, _updatedAt: ls });
  if (unread === 0) Object.assign(subscription, { userMentions: 0, groupMentions: 0, tunread: [] });
}

/** The receipts of a message, with one of `userId`. */
export function withReceipt(receipts: readonly Receipt[], message: Message, userId: string, ts: string): Receipt[] {
  if (receipts.some((receipt) => receipt.userId === userId)) return [...receipts];
  const { _id: messageId, rid: roomId } = message;
  return [...receipts, { _id: messageId + userId, roomId, userId, messageId, ts, _updatedAt: ts }];
}
