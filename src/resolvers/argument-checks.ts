import { checkSize } from './avatars.ts';
import { checkChanges } from './changes.ts';
import { checkId, checkRoomId, checkUsername } from './ids.ts';
import { planPage, type PageArgs } from '../pagination/args.ts';
import { checkCursorForm } from '../pagination/cursor.ts';
import { readFilters } from './direct-message.ts';
import { readRange } from './history.ts';
import type {
  DirectMessageCountersArgs,
  DirectMessageHistoryArgs,
  DirectMessageMessagesArgs,
  QueryDirectMessageArgs,
  QueryDirectMessageWithArgs,
  QueryMessageArgs,
  QueryNodeArgs,
  QueryReadReceiptsArgs,
  QueryUserArgs,
} from './types.generated.ts';

/** Rejects arguments that are invalid in themselves, for any parent object. */
export type ArgumentCheck<Args> = (args: Args, callerId: string) => void;

const checkPage: ArgumentCheck<PageArgs> = (args) => checkCursorForm(planPage(args));

const checks = {
  'DirectMessage.avatarUrl': checkSize,
  'DirectMessage.changes': checkChanges,
  'DirectMessage.counters': ({ userId }: DirectMessageCountersArgs) => {
    if (userId != null) checkId(userId, 'userId');
  },
  'DirectMessage.history': (args: DirectMessageHistoryArgs) => {
    checkPage(args, '');
    readRange(args.range);
  },
  'DirectMessage.members': checkPage,
  'DirectMessage.messages': (args: DirectMessageMessagesArgs) => {
    checkPage(args, '');
    readFilters(args.filterBy);
  },
  'Message.readReceipts': checkPage,
  'Query.node': ({ id }: QueryNodeArgs) => checkId(id, 'id'),
  'Query.directMessage': ({ id }: QueryDirectMessageArgs, callerId: string) => checkRoomId(id, 'id', callerId),
  'Query.directMessageWith': ({ username }: QueryDirectMessageWithArgs) => checkUsername(username, 'username'),
  'Query.directMessages': checkPage,
  'Query.message': ({ id }: QueryMessageArgs) => checkId(id, 'id'),
  'Query.readReceipts': ({ messageId, ...args }: QueryReadReceiptsArgs) => {
    checkId(messageId, 'messageId');
    checkPage(args, '');
  },
  'Query.user': ({ id }: QueryUserArgs) => checkId(id, 'id'),
  'Thread.replies': checkPage,
  'User.avatarUrl': checkSize,
  'Viewer.changes': checkChanges,
  'Viewer.directMessages': checkPage,
};

/**
 * By schema coordinate, for every field with arguments. The resolvers parse arguments with the same functions; checking
 * them here too reports a mistake before anything runs. References in `_entities` are rejected one by one.
 */
export const argumentChecks: ReadonlyMap<string, ArgumentCheck<never>> = new Map(Object.entries(checks));
