import { canAccess } from '../access.ts';
import { ApiError, codedError } from '../api-error.ts';
import type { Route } from '../route.ts';
import { receiptsSchema } from '../schemas.ts';
import type { Receipt } from '../types.ts';
import type { World } from '../world.ts';

/** A receipt with its reader, who is missing if the account was deleted. */
function withUser({ _id, roomId, userId, messageId, ts, _updatedAt }: Receipt, world: World): Record<string, unknown> {
  const reader = world.account(userId);
  const user = reader && { _id: reader.id, username: reader.username, name: reader.name };
  return { _id, roomId, userId, messageId, ts, _updatedAt, ...(user && { user }) };
}

/** `chat.getMessageReadReceipts`: all of them in one response. Paging is ignored up to 8.6 and rejected from 8.7 on. */
export const receipts: Route = {
  isPremium: true,
  schemas: { R8: receiptsSchema },
  handle({ params, world, caller, settings }) {
    const messageId = params['messageId'];
    if (settings.dialect === 'R7' && !messageId) {
      throw new ApiError(400, { error: "The required 'messageId' param is missing.", success: false });
    }
    const message = typeof messageId === 'string' ? world.messages.get(messageId) : undefined;
    const details = { method: 'getReadReceipts' };
    if (!message) throw codedError('error-invalid-message', 'Invalid message', details);
    if (!canAccess(world, message.rid, caller.id)) throw codedError('error-invalid-room', 'Invalid room', details);
    const stored = settings.storeReceipts ? (world.receipts.get(message._id) ?? []) : [];
    return { receipts: stored.map((receipt) => withUser(receipt, world)) };
  },
};
