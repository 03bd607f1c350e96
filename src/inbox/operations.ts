import { graphql } from './generated/gql.ts';

/** Everything that the inbox asks. Types are generated from the published API, and `npm run check` compares them. */

/**
 * A room as the list shows it: one call for all rooms of a page, one for all memberships. The last message comes without
 * its id, because it is the copy that the workspace keeps with the room: by id it would replace the message itself.
 */
export const roomRow = graphql(`
  fragment RoomRow on DirectMessage {
    id
    kind
    title
    topic
    isReadOnly
    lastMessageAt
    lastMessage {
      text
      isDeleted
      markup {
        plainText
      }
      author {
        userId
        name
        username
      }
    }
    membership {
      id
      unreadCount
      userMentionCount
      unreadThreadIds
      lastReadAt
    }
  }
`);

export const messageRow = graphql(`
  fragment MessageRow on Message {
    id
    sentAt
    editedAt
    text
    markup {
      nodes {
        index
        parent
        type
        text
        url
      }
    }
    author {
      userId
      name
      username
    }
    alias
    systemType
    isDeleted
    isPinned
    isUnreadBySomeone
    reactions {
      emoji
      count
      usernames
    }
    attachments {
      kind
      title
      description
      text
      authorName
    }
    encryption {
      status
    }
    thread {
      replyCount
      lastReplyAt
    }
    threadRootId
    isShownInRoom
  }
`);

/** From where to ask for changes of the list, once the list is read. */
export const startInbox = graphql(`
  query StartInbox {
    viewer {
      id
      userId
      changes {
        cursor
      }
    }
  }
`);

export const listRooms = graphql(`
  query ListRooms($first: Int!, $after: String) {
    viewer {
      id
      directMessages(first: $first, after: $after) {
        edges {
          cursor
          node {
            ...RoomRow
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

/** The first page of rooms. */
export const firstRooms = { first: 30, after: null } as const;

/** From where to ask for changes of the messages, once they are read. A room that no list has shown is read itself. */
export const startRoom = graphql(`
  query StartRoom($roomId: ID!, $isListed: Boolean!) {
    directMessage(id: $roomId) {
      id
      ...RoomRow @skip(if: $isListed)
      changes {
        cursor
      }
    }
  }
`);

/** Pages in both directions: `first` with `after` is older, `last` with `before` newer. */
export const readMessages = graphql(`
  query ReadMessages($roomId: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    directMessage(id: $roomId) {
      id
      messages(first: $first, after: $after, last: $last, before: $before) {
        edges {
          cursor
          node {
            ...MessageRow
          }
        }
        pageInfo {
          hasNextPage
          hasPreviousPage
          startCursor
          endCursor
        }
      }
    }
  }
`);

/** The list and the open room in one request. The budget costs no call, and says how soon to ask again. */
export const askChanges = graphql(`
  query AskChanges($inboxSince: String!, $roomId: ID!, $roomSince: String, $hasRoom: Boolean!) {
    viewer {
      id
      changes(since: $inboxSince) {
        changed {
          ...RoomRow
        }
        removedIds
        cursor
        mustReload
      }
    }
    directMessage(id: $roomId) @include(if: $hasRoom) {
      id
      changes(since: $roomSince, first: 100) {
        changed {
          ...MessageRow
        }
        removedIds
        cursor
        hasMore
        mustReload
      }
    }
    upstreamBudget {
      endpoint
      limit
      remaining
      resetAt
    }
  }
`);

export const readThread = graphql(`
  query ReadThread($rootId: ID!, $after: String) {
    message(id: $rootId) {
      ...MessageRow
      thread {
        replies(first: 50, after: $after) {
          edges {
            cursor
            node {
              ...MessageRow
            }
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
      }
    }
  }
`);

export const readReaders = graphql(`
  query ReadReaders($messageId: ID!) {
    readReceipts(messageId: $messageId, first: 100) {
      isAvailable
      totalCount
      nodes {
        id
        readAt
        userId
        user {
          id
          name
          username
        }
      }
    }
  }
`);
