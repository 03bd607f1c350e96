import { getNamedType, isCompositeType, isObjectType, type GraphQLSchema } from 'graphql';
import { landmarks } from '../../src/demo/seed.ts';

const { messages, users } = landmarks;
/** A few objects of each kind, so that many responses meet the same ones. */
export const roomIds = [
  landmarks.shapesRoomId,
  landmarks.groupRoomId,
  landmarks.selfRoomId,
  landmarks.oneMessageRoomId,
  landmarks.emptyRoomId,
  landmarks.encryptedRoomId,
  landmarks.foreignRoomId,
];
export const userIds = [users.member, users.shapes, users.busy, users.deactivated, users.deleted];
export const messageIds = [
  messages.plain,
  messages.mention,
  messages.mentionAll,
  messages.channelMention,
  messages.edited,
  messages.pinned,
  messages.threadRoot,
  messages.threadReply,
  messages.reacted,
  messages.encrypted,
  messages.image,
  messages.linkWithMeta,
  messages.richMarkup,
  messages.deletedReader,
  messages.starredByMember,
];

/** Whether a field tells of the moment of its answer, and so is another one each time. The objects that it leads to are not. */
export const isOfMoment = (coordinate: string): boolean => /^(Inbox|Message)Changes\./.test(coordinate);

/** Fields without fields below them, but for those that no object of a cache holds. */
export const leavesOf = (schema: GraphQLSchema): string[] =>
  Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) && !/^_|^EndpointBudget$/.test(type.name)
      ? Object.values(type.getFields())
          .filter(({ type: below }) => !isCompositeType(getNamedType(below)))
          .map(({ name }) => `${type.name}.${name}`)
          .filter((coordinate) => !isOfMoment(coordinate))
      : [],
  );

/** Every field but the lists, so many objects deep; of another object with an id only its own fields. */
function everything(schema: GraphQLSchema, typeName: string, depth: number): string {
  const type = schema.getType(typeName);
  if (!isObjectType(type)) throw new Error(`${typeName} is no object type`);
  const parts = Object.values(type.getFields()).map(({ name, args, type: given }) => {
    const below = getNamedType(given);
    if (!isCompositeType(below)) return name;
    if (depth === 1 || args.some((argument) => argument.name === 'first')) return '';
    const hasId = isObjectType(below) && below.getFields()['id'] !== undefined;
    return `${name} { ${everything(schema, below.name, hasId ? 1 : depth - 1)} }`;
  });
  return ['__typename', ...parts].join(' ');
}

/** The ways by which clients meet rooms, messages, users and receipts. */
export function usualPaths(schema: GraphQLSchema): string[] {
  const fragments = {
    R: `fragment R on DirectMessage { ${everything(schema, 'DirectMessage', 3)} }`,
    M: `fragment M on Message { ${everything(schema, 'Message', 4)} }`,
    U: `fragment U on User { ${everything(schema, 'User', 1)} }`,
  };
  const page = 'totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
  const receipts = `readReceipts(first: 20) { ${page} isAvailable edges { cursor node { id } } nodes { id messageId roomId userId readAt user { ...U } } }`;
  const shapes = `directMessage(id: "${landmarks.shapesRoomId}")`;
  const each = (ids: readonly string[], read: (id: string) => string): string =>
    ids.map((id, index) => `o${index}: ${read(JSON.stringify(id))}`).join(' ');
  const entities = (type: string, ids: readonly string[], fragment: string): string =>
    `_entities(representations: [${ids.map((id) => `{ __typename: "${type}", id: "${id}" }`).join(' ')}]) { ...${fragment} }`;
  const own = roomIds.filter((id) => id !== landmarks.foreignRoomId);
  const shapeIds = Object.values(messages);
  // A few at a time, as a query may select only so many fields.
  const parts = shapeIds.flatMap((_, index) => (index % 5 === 0 ? [shapeIds.slice(index, index + 5)] : []));
  // Asked first and last: what lies around rows is the same page again.
  const lists = `viewer { directMessages(first: 50) { ${page} edges { cursor node { id } } } }
    ${shapes} { messages(first: 60) { ${page} edges { cursor node { id } } }
      history(first: 60, includeThreadReplies: true) { notLoadedCount edges { cursor node { id } } } }`;
  const paths = [
    lists,
    'viewer { id userId unreadCount user { ...U } directMessages(first: 50) { nodes { ...R } } }',
    'viewer { id userId unreadCount user { ...U } directMessages(last: 50) { edges { node { lastMessage { ...M } } } } }',
    `${shapes} { ...R members { ${page} edges { cursor node { ...U } } } messages(first: 60) { ${page} nodes { ...M } } }`,
    `${shapes} { members { ${page} edges { cursor } nodes { ...U } } messages(first: 60) { ${page} edges { cursor node { id } } } }`,
    `${shapes} { messages(last: 60, orderBy: { field: UPDATED_AT, direction: ASC }) { nodes { ...M } } }`,
    ...['includeThreadReplies: true', 'range: { since: "2026-09-01T00:00:00.000Z" }'].map(
      (args) => `${shapes} { history(first: 60, ${args}) { notLoadedCount firstNotLoaded { ...M } nodes { ...M } } }`,
    ),
    ...parts.flatMap((ids) => [
      each(ids, (id) => `message(id: ${id}) { ...M }`),
      each(ids, (id) => `node(id: ${id}) { ... on Message { ...M } }`),
      entities('Message', ids, 'M'),
    ]),
    `message(id: "${messages.threadRoot}") { thread { replies { nodes { ...M } } } }`,
    `message(id: "${messages.threadReply}") { threadRoot { ...M } }`,
    each(own, (id) => `directMessage(id: ${id}) { ...R }`),
    each(own, (id) => `node(id: ${id}) { ... on DirectMessage { ...R } }`),
    entities('DirectMessage', own, 'R'),
    `message(id: "${messages.plain}") { directMessage { ...R } } directMessageWith(username: "priya.raman") { ...R }`,
    each(userIds, (id) => `user(id: ${id}) { ...U }`),
    each(userIds, (id) => `node(id: ${id}) { ... on User { ...U } }`),
    entities('User', userIds, 'U'),
    `message(id: "${messages.deletedReader}") { ${receipts} }`,
    receipts.replace('(', `(messageId: "${messages.deletedReader}" `),
    `${shapes} { messages(first: 8) { nodes { ${receipts} } } }`,
    lists,
  ];
  return paths.map((path) => {
    const used: string[] = Object.entries(fragments).flatMap(([name, text]) =>
      path.includes(`...${name}`) ? [text] : [],
    );
    return `{ ${path} } ${used.join(' ')}`;
  });
}
