import type { RequestUpstream } from '../request-upstream.ts';
import { UpstreamRefusal } from '../transport/response.ts';
import { isHidden, readMessage, type RestMessage } from '../types.ts';

/**
 * GET /api/v1/chat.getMessage: one message. Undefined for an unknown message: Rocket.Chat answers 400 without a reason.
 * Unlike lists, it also returns hidden rows (copies kept of edited and deleted messages): treated as unknown.
 */
export async function chatGetMessage(upstream: RequestUpstream, messageId: string): Promise<RestMessage | undefined> {
  try {
    const response = await upstream.get('chat.getMessage', { msgId: messageId });
    const message = readMessage(response.object('message', messageId));
    if (message === undefined) throw response.unusable('an incomplete `message`');
    upstream.rooms.addAny(message.rid);
    return isHidden(message) ? undefined : message;
  } catch (error) {
    if (error instanceof UpstreamRefusal && isUnknownMessage(error)) return undefined;
    throw error;
  }
}

const isUnknownMessage = ({ status, errorType, body }: UpstreamRefusal): boolean =>
  errorType === 'error-invalid-message' ||
  (status === 400 && body?.['success'] === false && body['error'] === undefined);
