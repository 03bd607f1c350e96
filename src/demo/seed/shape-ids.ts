import { idOf } from '../ids.ts';

/** The shapes that a direct message can have: the demo has one message of each. */
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
