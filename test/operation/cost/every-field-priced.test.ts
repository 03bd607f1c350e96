import { getNamedType, isObjectType, type GraphQLArgument, type GraphQLObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { landmarks } from '../../../src/demo/seed.ts';
import { createSchema } from '../../../src/schema/executable.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

const schema = createSchema();
const { shapesRoomId: room, messages } = landmarks;

/** A way to an object of each type; `$` is where its field goes. A type without one fails the test below. */
const ways: Record<string, string> = {
  _Service: '{ _service { $ } }',
  Query: '{ $ }',
  Viewer: '{ viewer { $ } }',
  EndpointBudget: '{ upstreamBudget { $ } }',
  DirectMessage: `{ directMessage(id: "${room}") { $ } }`,
  DirectMessageConnection: '{ viewer { directMessages(first: 0) { $ } } }',
  DirectMessageEdge: '{ viewer { directMessages(first: 1) { edges { $ } } } }',
  InboxChanges: '{ viewer { changes { $ } } }',
  MessageChanges: `{ directMessage(id: "${room}") { changes { $ } } }`,
  PageInfo: `{ directMessage(id: "${room}") { history(first: 1) { pageInfo { $ } } } }`,
  User: '{ viewer { user { $ } } }',
  UserConnection: `{ directMessage(id: "${room}") { members(first: 0) { $ } } }`,
  UserEdge: `{ directMessage(id: "${room}") { members { edges { $ } } } }`,
  Counters: `{ directMessage(id: "${room}") { counters { $ } } }`,
  Message: `{ message(id: "${messages.richMarkup}") { $ } }`,
  MessageConnection: `{ directMessage(id: "${room}") { messages(first: 0) { $ } } }`,
  MessageEdge: `{ directMessage(id: "${room}") { messages(first: 1) { edges { $ } } } }`,
  MessageHistoryConnection: `{ directMessage(id: "${room}") { history(first: 0) { $ } } }`,
  MessageMarkup: `{ message(id: "${messages.richMarkup}") { markup { $ } } }`,
  MarkupNode: `{ message(id: "${messages.richMarkup}") { markup { nodes { $ } } } }`,
  MessageUrl: `{ message(id: "${messages.linkWithMeta}") { urls { $ } } }`,
  Membership: `{ directMessage(id: "${room}") { membership { $ } } }`,
  MessageUser: `{ message(id: "${messages.edited}") { editedBy { $ } } }`,
  UserMention: `{ message(id: "${messages.mention}") { mentions { $ } } }`,
  ChannelMention: `{ message(id: "${messages.channelMention}") { channelMentions { $ } } }`,
  Reaction: `{ message(id: "${messages.reacted}") { reactions { $ } } }`,
  Attachment: `{ message(id: "${messages.image}") { attachments { $ } } }`,
  MessageFile: `{ message(id: "${messages.image}") { files { $ } } }`,
  Thread: `{ message(id: "${messages.threadRoot}") { thread { $ } } }`,
  MessageEncryption: `{ message(id: "${messages.encrypted}") { encryption { $ } } }`,
  ReadReceipt: `{ readReceipts(messageId: "${messages.plain}") { nodes { $ } } }`,
  ReadReceiptConnection: `{ readReceipts(messageId: "${messages.plain}" first: 0) { $ } }`,
  ReadReceiptEdge: `{ readReceipts(messageId: "${messages.plain}") { edges { $ } } }`,
};

/** Values for required arguments. */
const required: Record<string, string> = { id: room, username: 'nobody', messageId: messages.plain };

const types = Object.values(schema.getTypeMap()).filter(
  (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
);
const fields = types.flatMap((type) =>
  Object.values(type.getFields()).map((field) => {
    const written = (each: GraphQLArgument) => `${each.name}: "${required[each.name] ?? ''}"`;
    const given = field.args.filter(({ type: argumentType }) => String(argumentType).endsWith('!')).map(written);
    const args = given.length === 0 ? '' : `(${given.join(' ')})`;
    const below = isObjectType(getNamedType(field.type)) ? ' { __typename }' : '';
    return { coordinate: `${type.name}.${field.name}`, type: type.name, selection: `${field.name}${args}${below}` };
  }),
);

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { LOG_LEVEL: 'silent' } });
});
afterAll(() => gateway.close());

async function costOf(query: string): Promise<{ plannedCalls: number; calls: number }> {
  const { extensions } = await gateway.ask(query, {
    as: gateway.demo.world.admin,
    headers: { 'x-upstream-report': '1' },
  });
  // What does not fit the schema has no price, and calls nothing.
  return (extensions?.['upstream'] ?? { plannedCalls: 0, calls: 0 }) as { plannedCalls: number; calls: number };
}

describe('Every field has its price', () => {
  it('the test knows a query for every type', () => {
    expect(types.map(({ name }) => name).filter((name) => ways[name] === undefined)).toEqual([]);
  });

  it.each(fields)('$coordinate makes no more calls than estimated', async ({ type, selection }) => {
    const way = ways[type] ?? expect.unreachable();
    const alone = await costOf(way.replace('$', '__typename'));
    const withField = await costOf(way.replace('$', selection));
    expect(withField.calls).toBeLessThanOrEqual(withField.plannedCalls);
    // What the field itself called, the plan had counted for it.
    expect(withField.calls - alone.calls).toBeLessThanOrEqual(
      withField.plannedCalls - alone.plannedCalls + Math.max(0, alone.plannedCalls - alone.calls),
    );
    if (withField.calls > alone.calls) expect(withField.plannedCalls).toBeGreaterThan(alone.calls);
  });
});
