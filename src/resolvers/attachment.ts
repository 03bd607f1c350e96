import { asInt, asText, type JsonObject } from '../json.ts';
import type { AttachmentKind, Resolvers } from './types.generated.ts';
import { objects, text } from './readers.ts';

export const Attachment: Resolvers['Attachment'] = {
  kind: (attachment) => kindOf(attachment),
  title: text('title'),
  url: (attachment) => firstText(attachment, 'title_link', 'image_url', 'audio_url', 'video_url'),
  description: text('description'),
  text: text('text'),
  mimeType: (attachment) => firstText(attachment, 'image_type', 'audio_type', 'video_type'),
  size: (attachment) =>
    ['size', 'image_size', 'audio_size', 'video_size']
      .map((key) => asInt(attachment[key]))
      .find((size) => size !== undefined) ?? null,
  authorName: text('author_name'),
  messageLink: text('message_link'),
  attachments: objects('attachments'),
  json: (attachment) => attachment,
};

/** Upstream's union has no single discriminator: `type` marks files, the fields present tell the rest apart. */
function kindOf(attachment: JsonObject): AttachmentKind {
  if (attachment['type'] === 'removed-file') return 'REMOVED_FILE';
  if (attachment['type'] === 'file') return mediaKindOf(attachment) ?? 'FILE';
  if (asText(attachment['message_link']) !== undefined) return 'QUOTE';
  if (Array.isArray(attachment['actions'])) return 'ACTIONS';
  const isCard = ['text', 'fields', 'pretext', 'author_name'].some((key) => attachment[key] !== undefined);
  return (isCard ? undefined : mediaKindOf(attachment)) ?? 'CARD';
}

function mediaKindOf(attachment: JsonObject): AttachmentKind | undefined {
  if (asText(attachment['image_url']) !== undefined) return 'IMAGE';
  if (asText(attachment['audio_url']) !== undefined) return 'AUDIO';
  if (asText(attachment['video_url']) !== undefined) return 'VIDEO';
  return undefined;
}

const firstText = (attachment: JsonObject, ...keys: readonly string[]): string | null =>
  keys.map((key) => asText(attachment[key])).find((text) => text !== undefined) ?? null;
