/** An operation that the explorers open with. */
export interface TourStep {
  readonly name: string;
  /** The operation, below one or two lines that say what to look at. */
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What the tour shows of a workspace. */
export interface TourSubjects {
  /** The other user of a conversation. */
  readonly username: string;
  /** The time of a day's messages in it. Null: all of them. */
  readonly from: string | null;
  readonly to: string | null;
}

/** For a workspace that the gateway knows nothing of: each has this bot, and a user without a room is null, no error. */
const anyWorkspace: TourSubjects = { username: 'rocket.cat', from: null, to: null };

const step = (query: string, variables: TourStep['variables']): TourStep => ({
  name: /^query (\w+)/m.exec(query)?.[1] ?? '',
  query,
  variables,
});

/**
 * Ten operations, from one room to why something is refused. They work for any user of any workspace. A variable means the
 * same in each, because Apollo Sandbox shows them all in one document. The comments fit the explorer's pane.
 */
export const createTour = ({ username, from, to }: TourSubjects = anyWorkspace): readonly TourStep[] => [
  step(
    `# One conversation, by the other user's name: 2 calls.
# Null if there is none: reading never creates a room.
query OneRoom($username: String!) {
  directMessageWith(username: $username) {
    id
    kind
    title
    avatarUrl(size: 64)
    membership { id unreadCount lastReadAt }
    lastMessage { id sentAt text author { name } }
  }
}
`,
    { username },
  ),
  step(
    `# The latest messages, and how many there are: 2 calls.
# For the page before, put endCursor into afterMessage.
query LatestMessages(
  $username: String!, $messages: Int!, $afterMessage: String
) {
  directMessageWith(username: $username) {
    id
    messages(first: $messages, after: $afterMessage) {
      totalCount
      nodes { id sentAt text author { userId username name } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
`,
    { username, messages: 5, afterMessage: null },
  ),
  step(
    `# A filter and an order: pinned, oldest first. 2 calls.
# Set pinnedOnly to false, and compare totalCount.
query Pinned(
  $username: String!, $messages: Int!, $pinnedOnly: Boolean!
) {
  directMessageWith(username: $username) {
    id
    messages(
      first: $messages
      filterBy: { pinnedOnly: $pinnedOnly }
      orderBy: { field: SENT_AT, direction: ASC }
    ) {
      totalCount
      nodes { id sentAt text pinnedAt pinnedBy { name } }
    }
  }
}
`,
    { username, messages: 5, pinnedOnly: true },
  ),
  step(
    `# Members, and authors as they are now: 3 calls, as one
# list answers for both. author.name is as they wrote.
query WhoIsHere($username: String!, $messages: Int!) {
  directMessageWith(username: $username) {
    id
    members { nodes { id username name status } }
    messages(first: $messages) {
      nodes {
        id
        text
        author { name user { id name status avatarUrl } }
      }
    }
  }
}
`,
    { username, messages: 5 },
  ),
  step(
    `# Who has read what: 7 calls, for receipts come one
# message at a time. Ask for the one that is looked at.
query WhoReadIt($username: String!, $messages: Int!) {
  directMessageWith(username: $username) {
    id
    messages(first: $messages) {
      nodes {
        id
        text
        readReceipts {
          isAvailable
          totalCount
          nodes { id readAt user { id name } }
        }
      }
    }
  }
}
`,
    { username, messages: 5 },
  ),
  step(
    `# A day, with all that its messages hold: 3 calls. Only
# another page can tell that a history has ended.
query OneDay(
  $username: String!, $dayMessages: Int!
  $from: DateTime, $to: DateTime
) {
  directMessageWith(username: $username) {
    id
    history(
      first: $dayMessages
      range: { since: $from, until: $to }
      includeThreadReplies: true
    ) {
      nodes {
        id
        sentAt
        text
        author { name }
        markup { plainText nodes { type text url } }
        attachments { kind title url size }
        reactions { emoji count usernames }
        thread { replyCount lastReplyAt }
        threadRootId
        editedAt
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
`,
    { username, dayMessages: 30, from, to },
  ),
  step(
    `# Badges, in all and by room: 2 calls for any number of
# rooms. Without directMessages it is one.
query Unread($rooms: Int!) {
  viewer {
    id
    unreadCount
    directMessages(first: $rooms) {
      totalCount
      nodes {
        id
        title
        counters { id unreadCount unreadSince messageCount }
      }
    }
  }
}
`,
    { rooms: 10 },
  ),
  step(
    `# An inbox screen: 2 calls, for 10 rooms and for 100.
# For the next page, put endCursor into afterRoom.
query Inbox($rooms: Int!, $afterRoom: String) {
  viewer {
    id
    directMessages(first: $rooms, after: $afterRoom) {
      totalCount
      nodes {
        id
        kind
        title
        avatarUrl(size: 64)
        membership { id isFavorite hasAlert unreadCount }
        lastMessage { id sentAt text author { name } }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
`,
    { rooms: 10, afterRoom: null },
  ),
  step(
    `# First a cursor, for 1 call. Put it into since, and ask
# again later: the rooms that changed, for four at most.
query WhatChanged($since: String) {
  viewer {
    id
    changes(since: $since) {
      mustReload
      changed {
        id
        title
        membership { id unreadCount }
        lastMessage { id sentAt text }
      }
      removedIds
      cursor
    }
  }
}
`,
    { since: null },
  ),
  step(
    `# Administrators alone may list all rooms: see errors.
# It costs that field, and the rest is answered: 2 calls.
query WhyRefused($rooms: Int!) {
  directMessages(first: $rooms) {
    totalCount
    nodes { id usernames }
  }
  viewer { id unreadCount }
  upstreamBudget { endpoint remaining limit resetAt }
}
`,
    { rooms: 10 },
  ),
];

/** The whole tour in one document, with one set of variables: for explorers without tabs. */
export const inOneDocument = (tour: readonly TourStep[]): Pick<TourStep, 'query' | 'variables'> => ({
  query: tour.map(({ query }) => query).join('\n'),
  variables: Object.assign({}, ...tour.map(({ variables }) => variables)) as TourStep['variables'],
});
