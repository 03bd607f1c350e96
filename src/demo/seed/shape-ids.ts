import { idOf } from '../ids.ts';

/** One message of every shape that a direct message can have, by the name of the shape. */
const shapeNames = [
  'plain',
  'richMarkup',
  'unknownMarkup',
  'sameMomentA',
  'sameMomentB',
  'edited',
  'editedCopy',
  'hidden',
  'threadRoot',
  'threadReply',
  'threadReplyShown',
  'reacted',
  'starredByMember',
  'starredByOther',
  'pinned',
  'unpinned',
  'image',
  'audio',
  'video',
  'genericFile',
  'removedFile',
  'quote',
  'nestedQuote',
  'actions',
  'card',
  'linkWithMeta',
  'linkWithoutMeta',
  'mention',
  'mentionOfMember',
  'mentionAll',
  'channelMention',
  'removed',
  'removedThreadRoot',
  'topicChanged',
  'userJoined',
  'videoconf',
  'alias',
  'bot',
  'location',
  'customFields',
  'blocks',
  'translated',
  'legacy',
  'noText',
  'unnamedAuthor',
  'encrypted',
  'noReceipts',
  'deletedReader',
  'bigEmoji',
] as const;

export type ShapeName = (typeof shapeNames)[number];

export const shapeId = (name: ShapeName): string => idOf(`message ${name}`);

export const shapeIds = Object.fromEntries(shapeNames.map((name) => [name, shapeId(name)])) as Record<
  ShapeName,
  string
>;
