import { Attachment } from './attachment.ts';
import { Counters } from './counters.ts';
import { DirectMessage } from './direct-message.ts';
import { MessageMarkup } from './markup.ts';
import {
  ChannelMention,
  Message,
  MessageEncryption,
  MessageFile,
  MessageUrl,
  Reaction,
  Thread,
  UserMention,
} from './message.ts';
import { Membership } from './membership.ts';
import { Node, Query, Viewer } from './query.ts';
import { ReadReceipt } from './read-receipt.ts';
import { DateTime, Json } from './scalars.ts';
import type { Resolvers } from './types.generated.ts';
import { MessageUser, User } from './user.ts';

/** Types whose parents already have the schema's field names: connections, edges and other results of the gateway. */
type OwnShape =
  | 'DirectMessageConnection'
  | 'DirectMessageEdge'
  | 'EndpointBudget'
  | 'InboxChanges'
  | 'MarkupNode'
  | 'MessageChanges'
  | 'MessageConnection'
  | 'MessageEdge'
  | 'MessageHistoryConnection'
  | 'PageInfo'
  | 'ReadReceiptConnection'
  | 'ReadReceiptEdge'
  | 'UserConnection'
  | 'UserEdge';

/** Every type whose fields have different names upstream. */
export const resolvers = {
  Attachment,
  ChannelMention,
  Counters,
  DateTime,
  DirectMessage,
  JSON: Json,
  Membership,
  Message,
  MessageEncryption,
  MessageFile,
  MessageMarkup,
  MessageUrl,
  MessageUser,
  Node,
  Query,
  Reaction,
  ReadReceipt,
  Thread,
  User,
  UserMention,
  Viewer,
} satisfies Omit<Resolvers, OwnShape>;
