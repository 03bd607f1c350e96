import { makeExecutableSchema } from '@graphql-tools/schema';

/**
 * What the JavaScript peers share: the part of the gateway's schema that the six workloads read, and resolvers over
 * upstream's JSON. `context.load` is the only thing in which the peers differ: see `loaders.js`.
 */
const typeDefs = /* GraphQL */ `
  scalar JSON
  type Query {
    directMessage(id: ID!): DirectMessage
    viewer: Viewer!
  }
  type Viewer {
    directMessages(first: Int! = 20): DirectMessageConnection!
  }
  type DirectMessageConnection {
    totalCount: Int!
    pageInfo: PageInfo!
    nodes: [DirectMessage!]!
  }
  type PageInfo {
    hasNextPage: Boolean!
  }
  type DirectMessage {
    id: ID!
    usernames: [String!]!
    userIds: [ID!]!
    messageCount: Int
    lastMessageAt: String
    lastMessage: Message
    counters: Counters
    messages(first: Int! = 20): MessageConnection
  }
  type Counters {
    joined: Boolean
    memberCount: Int
    messageCount: Int
    unreadCount: Int
    unreadSince: String
    latestAt: String
    userMentionCount: Int
  }
  type MessageConnection {
    totalCount: Int!
    nodes: [Message!]!
  }
  type Message {
    id: ID!
    roomId: ID!
    text: String
    sentAt: String!
    updatedAt: String
    editedAt: String
    systemType: String
    isPinned: Boolean!
    author: MessageUser!
    urls: [MessageUrl!]!
    mentions: [Mention!]!
    markup: Markup
    readReceipts: ReadReceiptConnection
  }
  type MessageUser {
    userId: ID!
    username: String
    name: String
  }
  type MessageUrl {
    url: String!
    meta: JSON
  }
  type Mention {
    userId: ID!
    username: String
    name: String
    kind: String
  }
  type Markup {
    json: JSON!
  }
  type ReadReceiptConnection {
    totalCount: Int!
    nodes: [ReadReceipt!]!
  }
  type ReadReceipt {
    id: ID!
    userId: ID!
    readAt: String!
    user: User
  }
  type User {
    username: String
    name: String
  }
`;

const resolvers = {
  Query: {
    directMessage: (_, { id }) => ({ _id: id }),
    viewer: () => ({}),
  },
  Viewer: { directMessages: (_, { first }, { load }) => load.rooms(first) },
  DirectMessageConnection: {
    totalCount: (page) => page.total,
    pageInfo: (page) => ({ hasNextPage: page.offset + page.count < page.total }),
    nodes: (page) => page.ims,
  },
  DirectMessage: {
    id: (room) => room._id,
    userIds: (room) => room.uids,
    messageCount: (room) => room.msgs,
    lastMessageAt: (room) => room.lm,
    counters: (room, _, { load }) => load.counters(room),
    messages: (room, { first }, { load }) => load.messages(room._id, first),
  },
  Counters: {
    memberCount: (counters) => counters.members,
    messageCount: (counters) => counters.msgs,
    unreadCount: (counters) => counters.unreads,
    unreadSince: (counters) => counters.unreadsFrom,
    latestAt: (counters) => counters.latest,
    userMentionCount: (counters) => counters.userMentions,
  },
  MessageConnection: { totalCount: (page) => page.total, nodes: (page) => page.messages },
  Message: {
    id: (message) => message._id,
    roomId: (message) => message.rid,
    text: (message) => message.msg,
    sentAt: (message) => message.ts,
    updatedAt: (message) => message._updatedAt,
    systemType: (message) => message.t,
    isPinned: (message) => message.pinned === true,
    author: (message) => message.u,
    markup: (message) => ({ json: message.md }),
    readReceipts: (message, _, { load }) => load.receipts(message._id),
  },
  MessageUser: { userId: (user) => user._id },
  Mention: { userId: (mention) => mention._id, kind: (mention) => mention.type.toUpperCase() },
  ReadReceiptConnection: { totalCount: (page) => page.receipts.length, nodes: (page) => page.receipts },
  ReadReceipt: { id: (receipt) => receipt._id, readAt: (receipt) => receipt.ts },
};

export const schema = makeExecutableSchema({ typeDefs, resolvers });
