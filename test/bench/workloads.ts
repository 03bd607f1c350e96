type Variables = Readonly<Record<string, string | number>>;

/** The six queries that are measured, and the requests that ask them. */
export interface Workload {
  /** Also the operation's name, by which the floor knows what to answer. */
  readonly name: string;
  readonly title: string;
  readonly query: string;
  /** Asked in turn, so that nothing can live on having answered the same just before. */
  readonly variables: readonly Variables[];
}

/** Rooms that take turns in the workloads about one room. */
const roomsInTurn = 4;

/** The caller, who is in every room. The token has the form of Rocket.Chat's own. */
export const callerId = 'bEnchCallerId0001';
export const authToken = 'benchmarkToken-benchmarkToken-benchmarkToke';

export const roomIdAt = (index: number): string => `${callerId}bEnchPartner${String(index).padStart(5, '0')}`;

const oneRoom = Array.from({ length: roomsInTurn }, (_, index) => ({ roomId: roomIdAt(index) }));

const messageFields = 'id text sentAt author { userId username name } markup { json }';

const aliases = Array.from({ length: 10 }, (_, index) => `alias${index}: directMessage(id: $roomId) { ...page }`);

export const workloads: readonly Workload[] = [
  {
    name: 'W1',
    title: 'counters of one room',
    query: `query W1($roomId: ID!) { directMessage(id: $roomId) { counters {
      joined memberCount messageCount unreadCount unreadSince latestAt userMentionCount
    } } }`,
    variables: oneRoom,
  },
  {
    name: 'W2',
    title: 'one room, 50 messages with author, urls, mentions, md',
    query: `query W2($roomId: ID!) { directMessage(id: $roomId) { messages(first: 50) { totalCount nodes {
      id roomId text sentAt updatedAt editedAt systemType isPinned
      author { userId username name } urls { url meta } mentions { userId username name kind } markup { json }
    } } } }`,
    variables: oneRoom,
  },
  {
    name: 'W3',
    title: '50 rooms with their last message',
    query: `query W3 { viewer { directMessages(first: 50) { totalCount pageInfo { hasNextPage } nodes {
      id usernames userIds messageCount lastMessageAt lastMessage { ${messageFields} }
    } } } }`,
    variables: [{}],
  },
  {
    name: 'W4',
    title: '20 rooms, each with counters and 10 messages',
    query: `query W4 { viewer { directMessages(first: 20) { nodes {
      id usernames
      counters { joined messageCount unreadCount unreadSince latestAt userMentionCount }
      messages(first: 10) { totalCount nodes { ${messageFields} } }
    } } } }`,
    variables: [{}],
  },
  {
    name: 'W5',
    title: '20 messages, each with its read receipts',
    query: `query W5($roomId: ID!) { directMessage(id: $roomId) { messages(first: 20) { nodes {
      id text sentAt
      readReceipts { totalCount nodes { id userId readAt user { username name } } }
    } } } }`,
    variables: oneRoom,
  },
  {
    name: 'W6',
    title: "one room's 20 messages under 10 aliases",
    query: `query W6($roomId: ID!) { ${aliases.join(' ')} }
    fragment page on DirectMessage { messages(first: 20) { nodes { ${messageFields} } } }`,
    variables: oneRoom,
  },
];

/** Page sizes that `--growth` asks for, by workload. */
const growth = [
  { name: 'W2', usual: 'first: 50', counts: [10, 50, 100] },
  { name: 'W4', usual: 'first: 20', counts: [5, 20, 50] },
  { name: 'W5', usual: 'first: 20', counts: [5, 20, 50] },
] as const;

/** Workloads with smaller and larger pages. The floor reads `count`; GraphQL ignores a variable that it does not know. */
export const grownWorkloads: readonly Workload[] = growth.flatMap(({ name, usual, counts }) =>
  workloads
    .filter((workload) => workload.name === name)
    .flatMap((workload) =>
      counts.map((count) => ({
        ...workload,
        title: `${name} × ${count}`,
        query: workload.query.replace(usual, `first: ${count}`),
        variables: workload.variables.map((values) => ({ ...values, count })),
      })),
    ),
);

/** Bodies of the POSTs that ask a workload. */
export const bodiesOf = ({ name, query, variables }: Workload): string[] =>
  variables.map((values) => JSON.stringify({ operationName: name, query, variables: values }));

export const requestHeaders: Readonly<Record<string, string>> = {
  accept: 'application/json',
  'content-type': 'application/json',
  'x-auth-token': authToken,
  'x-user-id': callerId,
};
