import type { RequestUpstream } from '../request-upstream.ts';
import type { UpstreamRefusal } from '../transport/response.ts';
import { isHidden, readMessage, type RestMessage } from '../types.ts';

/**
 * GET /api/v1/chat.getMessage: one message. Null for an unknown message: Rocket.Chat answers 400 without a reason.
 * Unlike lists, it also returns hidden rows (copies kept of edited and deleted messages): treated as unknown.
 */
export const chatGetMessage = (upstream: RequestUpstream, messageId: string): Promise<RestMessage | null> =>
  upstream.get<RestMessage | null>(
    'chat.getMessage',
    { msgId: messageId },
    {
      read(response) {
        const message = readMessage(response.object('message', messageId));
        if (message === undefined) throw response.unusable('an incomplete `message`');
        upstream.rooms.addAny(message.rid);
        return isHidden(message) ? null : message;
      },
      refused(refusal) {
        if (isUnknownMessage(refusal)) return null;
        throw refusal;
      },
    },
  );

const isUnknownMessage = ({ status, errorType, body }: UpstreamRefusal): boolean =>
  errorType === 'error-invalid-message' ||
  (status === 400 && body?.['success'] === false && body['error'] === undefined);
