import type { Dialect } from './contenders.ts';
import type { Workload } from './workloads.ts';

/**
 * The workloads in the schema that GraphQL Mesh makes of an OpenAPI description: upstream's own names, under aliases.
 * W4 and W5 would need resolvers from one call to the next, and W6 compares aliases of a room: they are left out.
 */
const message = 'id: _id text: msg sentAt: ts author: u { userId: _id username name } markup: md';
const sort = (key: string) => String.raw`sort: "{\"${key}\":-1,\"_id\":-1}"`;

const queries: Readonly<Record<string, ((count: number) => string) | undefined>> = {
  W1: () => `query W1($roomId: String!) { counters(roomId: $roomId) {
    joined memberCount: members messageCount: msgs unreadCount: unreads unreadSince: unreadsFrom
    latestAt: latest userMentionCount: userMentions
  } }`,
  W2: (count) => `query W2($roomId: String!) {
    messages(roomId: $roomId, offset: 0, count: ${count}, ${sort('ts')}) { totalCount: total nodes: messages {
      ${message} roomId: rid updatedAt: _updatedAt editedAt systemType: t isPinned: pinned
      urls { url meta } mentions { userId: _id username name kind: type }
    } }
  }`,
  W3: (count) => `query W3 {
    rooms(offset: 0, count: ${count}, ${sort('lm')}) { totalCount: total offset count nodes: ims {
      id: _id usernames userIds: uids messageCount: msgs lastMessageAt: lm lastMessage { ${message} }
    } }
  }`,
};

interface Message {
  readonly markup: unknown;
}

interface FullMessage extends Message {
  readonly isPinned: boolean | null;
  readonly mentions: readonly { readonly kind: string }[];
}

interface Answer {
  readonly counters?: unknown;
  readonly messages?: { readonly totalCount: number; readonly nodes: readonly FullMessage[] };
  readonly rooms?: {
    readonly totalCount: number;
    readonly offset: number;
    readonly count: number;
    readonly nodes: readonly { readonly lastMessage: Message }[];
  };
}

const usualCount = 50;

const toMessage = <M extends Message>(row: M) => ({ ...row, markup: { json: row.markup } });

const toFullMessage = ({ isPinned, mentions, ...others }: FullMessage) => ({
  ...toMessage(others),
  isPinned: isPinned === true,
  mentions: mentions.map((mention) => ({ ...mention, kind: mention.kind.toUpperCase() })),
});

const toData: Readonly<Record<string, ((answer: Answer) => unknown) | undefined>> = {
  W1: ({ counters }) => ({ directMessage: { counters } }),
  W2: ({ messages }) => ({ directMessage: { messages: { ...messages, nodes: messages?.nodes.map(toFullMessage) } } }),
  W3: ({ rooms: { offset = 0, count = 0, totalCount = 0, nodes = [] } = {} }) => ({
    viewer: {
      directMessages: {
        totalCount,
        pageInfo: { hasNextPage: offset + count < totalCount },
        nodes: nodes.map((room) => ({ ...room, lastMessage: toMessage(room.lastMessage) })),
      },
    },
  }),
};

export const meshDialect: Dialect = {
  queryOf: ({ name, variables }: Workload) => queries[name]?.(Number(variables[0]?.['count'] ?? usualCount)),
  toData: ({ name }, data) => toData[name]?.(data as Answer),
};
