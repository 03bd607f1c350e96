import { asObject } from '../../json.ts';
import { badShape } from '../transport/answers.ts';
import type { UpstreamClient } from '../client.ts';
import { UpstreamRefusal } from '../transport/refusals.ts';
import { readMessage, type RestMessage } from '../types.ts';

/**
 * GET /api/v1/chat.getMessage: one message. Undefined when there is none: Rocket.Chat answers 400 without a reason.
 * It also shows hidden rows (the copies kept of edited and deleted messages), which no list shows: they count as none.
 */
export async function chatGetMessage(upstream: UpstreamClient, messageId: string): Promise<RestMessage | undefined> {
  let body;
  try {
    body = await upstream.get('chat.getMessage', { msgId: messageId });
  } catch (error) {
    if (error instanceof UpstreamRefusal && isUnknownMessage(error)) return undefined;
    throw error;
  }
  const row = asObject(body['message']);
  const message = row?.['_id'] === messageId ? readMessage(row) : undefined;
  if (message === undefined) throw badShape('chat.getMessage', 'not the `message` that was asked for');
  upstream.rooms.addAny(message.rid);
  return message['_hidden'] === true ? undefined : message;
}

const isUnknownMessage = ({ status, errorType, body }: UpstreamRefusal): boolean =>
  errorType === 'error-invalid-message' ||
  (status === 400 && body?.['success'] === false && body['error'] === undefined);
