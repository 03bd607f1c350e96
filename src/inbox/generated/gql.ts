/* eslint-disable */
import * as types from './graphql.ts';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  fragment RoomRow on DirectMessage {\n    id\n    kind\n    title\n    topic\n    isReadOnly\n    lastMessageAt\n    lastMessage {\n      text\n      isDeleted\n      markup {\n        plainText\n      }\n      author {\n        userId\n        name\n        username\n      }\n    }\n    membership {\n      id\n      unreadCount\n      userMentionCount\n      unreadThreadIds\n      lastReadAt\n    }\n  }\n": typeof types.RoomRowFragmentDoc,
    "\n  fragment MessageRow on Message {\n    id\n    sentAt\n    editedAt\n    text\n    markup {\n      nodes {\n        index\n        parent\n        type\n        text\n        url\n      }\n    }\n    author {\n      userId\n      name\n      username\n    }\n    alias\n    systemType\n    isDeleted\n    isPinned\n    isUnreadBySomeone\n    reactions {\n      emoji\n      count\n      usernames\n    }\n    attachments {\n      kind\n      title\n      description\n      text\n      authorName\n    }\n    encryption {\n      status\n    }\n    thread {\n      replyCount\n      lastReplyAt\n    }\n    threadRootId\n    isShownInRoom\n  }\n": typeof types.MessageRowFragmentDoc,
    "\n  query StartInbox {\n    viewer {\n      id\n      userId\n      changes {\n        cursor\n      }\n    }\n  }\n": typeof types.StartInboxDocument,
    "\n  query ListRooms($first: Int!, $after: String) {\n    viewer {\n      id\n      directMessages(first: $first, after: $after) {\n        edges {\n          cursor\n          node {\n            ...RoomRow\n          }\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n    }\n  }\n": typeof types.ListRoomsDocument,
    "\n  query StartRoom($roomId: ID!, $isListed: Boolean!) {\n    directMessage(id: $roomId) {\n      id\n      ...RoomRow @skip(if: $isListed)\n      changes {\n        cursor\n      }\n    }\n  }\n": typeof types.StartRoomDocument,
    "\n  query ReadMessages($roomId: ID!, $first: Int, $after: String, $last: Int, $before: String) {\n    directMessage(id: $roomId) {\n      id\n      messages(first: $first, after: $after, last: $last, before: $before) {\n        edges {\n          cursor\n          node {\n            ...MessageRow\n          }\n        }\n        pageInfo {\n          hasNextPage\n          hasPreviousPage\n          startCursor\n          endCursor\n        }\n      }\n    }\n  }\n": typeof types.ReadMessagesDocument,
    "\n  query AskChanges($inboxSince: String!, $roomId: ID!, $roomSince: String, $hasRoom: Boolean!) {\n    viewer {\n      id\n      changes(since: $inboxSince) {\n        changed {\n          ...RoomRow\n        }\n        removedIds\n        cursor\n        mustReload\n      }\n    }\n    directMessage(id: $roomId) @include(if: $hasRoom) {\n      id\n      changes(since: $roomSince, first: 100) {\n        changed {\n          ...MessageRow\n        }\n        removedIds\n        cursor\n        hasMore\n        mustReload\n      }\n    }\n    upstreamBudget {\n      endpoint\n      limit\n      remaining\n      resetAt\n    }\n  }\n": typeof types.AskChangesDocument,
    "\n  query ReadThread($rootId: ID!, $after: String) {\n    message(id: $rootId) {\n      ...MessageRow\n      thread {\n        replies(first: 50, after: $after) {\n          edges {\n            cursor\n            node {\n              ...MessageRow\n            }\n          }\n          pageInfo {\n            hasNextPage\n            endCursor\n          }\n        }\n      }\n    }\n  }\n": typeof types.ReadThreadDocument,
    "\n  query ReadReaders($messageId: ID!) {\n    readReceipts(messageId: $messageId, first: 100) {\n      isAvailable\n      totalCount\n      nodes {\n        id\n        readAt\n        userId\n        user {\n          id\n          name\n          username\n        }\n      }\n    }\n  }\n": typeof types.ReadReadersDocument,
};
const documents: Documents = {
    "\n  fragment RoomRow on DirectMessage {\n    id\n    kind\n    title\n    topic\n    isReadOnly\n    lastMessageAt\n    lastMessage {\n      text\n      isDeleted\n      markup {\n        plainText\n      }\n      author {\n        userId\n        name\n        username\n      }\n    }\n    membership {\n      id\n      unreadCount\n      userMentionCount\n      unreadThreadIds\n      lastReadAt\n    }\n  }\n": types.RoomRowFragmentDoc,
    "\n  fragment MessageRow on Message {\n    id\n    sentAt\n    editedAt\n    text\n    markup {\n      nodes {\n        index\n        parent\n        type\n        text\n        url\n      }\n    }\n    author {\n      userId\n      name\n      username\n    }\n    alias\n    systemType\n    isDeleted\n    isPinned\n    isUnreadBySomeone\n    reactions {\n      emoji\n      count\n      usernames\n    }\n    attachments {\n      kind\n      title\n      description\n      text\n      authorName\n    }\n    encryption {\n      status\n    }\n    thread {\n      replyCount\n      lastReplyAt\n    }\n    threadRootId\n    isShownInRoom\n  }\n": types.MessageRowFragmentDoc,
    "\n  query StartInbox {\n    viewer {\n      id\n      userId\n      changes {\n        cursor\n      }\n    }\n  }\n": types.StartInboxDocument,
    "\n  query ListRooms($first: Int!, $after: String) {\n    viewer {\n      id\n      directMessages(first: $first, after: $after) {\n        edges {\n          cursor\n          node {\n            ...RoomRow\n          }\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n    }\n  }\n": types.ListRoomsDocument,
    "\n  query StartRoom($roomId: ID!, $isListed: Boolean!) {\n    directMessage(id: $roomId) {\n      id\n      ...RoomRow @skip(if: $isListed)\n      changes {\n        cursor\n      }\n    }\n  }\n": types.StartRoomDocument,
    "\n  query ReadMessages($roomId: ID!, $first: Int, $after: String, $last: Int, $before: String) {\n    directMessage(id: $roomId) {\n      id\n      messages(first: $first, after: $after, last: $last, before: $before) {\n        edges {\n          cursor\n          node {\n            ...MessageRow\n          }\n        }\n        pageInfo {\n          hasNextPage\n          hasPreviousPage\n          startCursor\n          endCursor\n        }\n      }\n    }\n  }\n": types.ReadMessagesDocument,
    "\n  query AskChanges($inboxSince: String!, $roomId: ID!, $roomSince: String, $hasRoom: Boolean!) {\n    viewer {\n      id\n      changes(since: $inboxSince) {\n        changed {\n          ...RoomRow\n        }\n        removedIds\n        cursor\n        mustReload\n      }\n    }\n    directMessage(id: $roomId) @include(if: $hasRoom) {\n      id\n      changes(since: $roomSince, first: 100) {\n        changed {\n          ...MessageRow\n        }\n        removedIds\n        cursor\n        hasMore\n        mustReload\n      }\n    }\n    upstreamBudget {\n      endpoint\n      limit\n      remaining\n      resetAt\n    }\n  }\n": types.AskChangesDocument,
    "\n  query ReadThread($rootId: ID!, $after: String) {\n    message(id: $rootId) {\n      ...MessageRow\n      thread {\n        replies(first: 50, after: $after) {\n          edges {\n            cursor\n            node {\n              ...MessageRow\n            }\n          }\n          pageInfo {\n            hasNextPage\n            endCursor\n          }\n        }\n      }\n    }\n  }\n": types.ReadThreadDocument,
    "\n  query ReadReaders($messageId: ID!) {\n    readReceipts(messageId: $messageId, first: 100) {\n      isAvailable\n      totalCount\n      nodes {\n        id\n        readAt\n        userId\n        user {\n          id\n          name\n          username\n        }\n      }\n    }\n  }\n": types.ReadReadersDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment RoomRow on DirectMessage {\n    id\n    kind\n    title\n    topic\n    isReadOnly\n    lastMessageAt\n    lastMessage {\n      text\n      isDeleted\n      markup {\n        plainText\n      }\n      author {\n        userId\n        name\n        username\n      }\n    }\n    membership {\n      id\n      unreadCount\n      userMentionCount\n      unreadThreadIds\n      lastReadAt\n    }\n  }\n"): (typeof documents)["\n  fragment RoomRow on DirectMessage {\n    id\n    kind\n    title\n    topic\n    isReadOnly\n    lastMessageAt\n    lastMessage {\n      text\n      isDeleted\n      markup {\n        plainText\n      }\n      author {\n        userId\n        name\n        username\n      }\n    }\n    membership {\n      id\n      unreadCount\n      userMentionCount\n      unreadThreadIds\n      lastReadAt\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment MessageRow on Message {\n    id\n    sentAt\n    editedAt\n    text\n    markup {\n      nodes {\n        index\n        parent\n        type\n        text\n        url\n      }\n    }\n    author {\n      userId\n      name\n      username\n    }\n    alias\n    systemType\n    isDeleted\n    isPinned\n    isUnreadBySomeone\n    reactions {\n      emoji\n      count\n      usernames\n    }\n    attachments {\n      kind\n      title\n      description\n      text\n      authorName\n    }\n    encryption {\n      status\n    }\n    thread {\n      replyCount\n      lastReplyAt\n    }\n    threadRootId\n    isShownInRoom\n  }\n"): (typeof documents)["\n  fragment MessageRow on Message {\n    id\n    sentAt\n    editedAt\n    text\n    markup {\n      nodes {\n        index\n        parent\n        type\n        text\n        url\n      }\n    }\n    author {\n      userId\n      name\n      username\n    }\n    alias\n    systemType\n    isDeleted\n    isPinned\n    isUnreadBySomeone\n    reactions {\n      emoji\n      count\n      usernames\n    }\n    attachments {\n      kind\n      title\n      description\n      text\n      authorName\n    }\n    encryption {\n      status\n    }\n    thread {\n      replyCount\n      lastReplyAt\n    }\n    threadRootId\n    isShownInRoom\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query StartInbox {\n    viewer {\n      id\n      userId\n      changes {\n        cursor\n      }\n    }\n  }\n"): (typeof documents)["\n  query StartInbox {\n    viewer {\n      id\n      userId\n      changes {\n        cursor\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ListRooms($first: Int!, $after: String) {\n    viewer {\n      id\n      directMessages(first: $first, after: $after) {\n        edges {\n          cursor\n          node {\n            ...RoomRow\n          }\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query ListRooms($first: Int!, $after: String) {\n    viewer {\n      id\n      directMessages(first: $first, after: $after) {\n        edges {\n          cursor\n          node {\n            ...RoomRow\n          }\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query StartRoom($roomId: ID!, $isListed: Boolean!) {\n    directMessage(id: $roomId) {\n      id\n      ...RoomRow @skip(if: $isListed)\n      changes {\n        cursor\n      }\n    }\n  }\n"): (typeof documents)["\n  query StartRoom($roomId: ID!, $isListed: Boolean!) {\n    directMessage(id: $roomId) {\n      id\n      ...RoomRow @skip(if: $isListed)\n      changes {\n        cursor\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReadMessages($roomId: ID!, $first: Int, $after: String, $last: Int, $before: String) {\n    directMessage(id: $roomId) {\n      id\n      messages(first: $first, after: $after, last: $last, before: $before) {\n        edges {\n          cursor\n          node {\n            ...MessageRow\n          }\n        }\n        pageInfo {\n          hasNextPage\n          hasPreviousPage\n          startCursor\n          endCursor\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query ReadMessages($roomId: ID!, $first: Int, $after: String, $last: Int, $before: String) {\n    directMessage(id: $roomId) {\n      id\n      messages(first: $first, after: $after, last: $last, before: $before) {\n        edges {\n          cursor\n          node {\n            ...MessageRow\n          }\n        }\n        pageInfo {\n          hasNextPage\n          hasPreviousPage\n          startCursor\n          endCursor\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AskChanges($inboxSince: String!, $roomId: ID!, $roomSince: String, $hasRoom: Boolean!) {\n    viewer {\n      id\n      changes(since: $inboxSince) {\n        changed {\n          ...RoomRow\n        }\n        removedIds\n        cursor\n        mustReload\n      }\n    }\n    directMessage(id: $roomId) @include(if: $hasRoom) {\n      id\n      changes(since: $roomSince, first: 100) {\n        changed {\n          ...MessageRow\n        }\n        removedIds\n        cursor\n        hasMore\n        mustReload\n      }\n    }\n    upstreamBudget {\n      endpoint\n      limit\n      remaining\n      resetAt\n    }\n  }\n"): (typeof documents)["\n  query AskChanges($inboxSince: String!, $roomId: ID!, $roomSince: String, $hasRoom: Boolean!) {\n    viewer {\n      id\n      changes(since: $inboxSince) {\n        changed {\n          ...RoomRow\n        }\n        removedIds\n        cursor\n        mustReload\n      }\n    }\n    directMessage(id: $roomId) @include(if: $hasRoom) {\n      id\n      changes(since: $roomSince, first: 100) {\n        changed {\n          ...MessageRow\n        }\n        removedIds\n        cursor\n        hasMore\n        mustReload\n      }\n    }\n    upstreamBudget {\n      endpoint\n      limit\n      remaining\n      resetAt\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReadThread($rootId: ID!, $after: String) {\n    message(id: $rootId) {\n      ...MessageRow\n      thread {\n        replies(first: 50, after: $after) {\n          edges {\n            cursor\n            node {\n              ...MessageRow\n            }\n          }\n          pageInfo {\n            hasNextPage\n            endCursor\n          }\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query ReadThread($rootId: ID!, $after: String) {\n    message(id: $rootId) {\n      ...MessageRow\n      thread {\n        replies(first: 50, after: $after) {\n          edges {\n            cursor\n            node {\n              ...MessageRow\n            }\n          }\n          pageInfo {\n            hasNextPage\n            endCursor\n          }\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReadReaders($messageId: ID!) {\n    readReceipts(messageId: $messageId, first: 100) {\n      isAvailable\n      totalCount\n      nodes {\n        id\n        readAt\n        userId\n        user {\n          id\n          name\n          username\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query ReadReaders($messageId: ID!) {\n    readReceipts(messageId: $messageId, first: 100) {\n      isAvailable\n      totalCount\n      nodes {\n        id\n        readAt\n        userId\n        user {\n          id\n          name\n          username\n        }\n      }\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;