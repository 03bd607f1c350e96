import { createOperationDescriptor, type Environment } from 'relay-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { landmarks } from '../../../src/demo/seed.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import * as relay from './relay-project.ts';
import { expectNoComplaints } from '../../support/complaints.ts';
import type { Row } from './relay-project.ts';

/** An application's operations and fragments, each in the module that Relay wants it in. */
const modules: Readonly<Record<string, string>> = {
  Mailbox: `
    query MailboxQuery($count: Int!) { viewer { userId ...Mailbox_viewer @arguments(count: $count) } }
    fragment Mailbox_viewer on Viewer
      @refetchable(queryName: "MailboxPageQuery")
      @argumentDefinitions(count: { type: "Int", defaultValue: 5 }, cursor: { type: "String" }) {
      directMessages(first: $count, after: $cursor) @connection(key: "Mailbox_directMessages") {
        edges { node { id title avatarUrl membership { id unreadCount isOpen } lastMessage { id text author { name } } } }
      }
    }`,
  Room: `
    query RoomQuery($id: ID!, $count: Int!) { directMessage(id: $id) { id ...Room_messages @arguments(count: $count) } }
    fragment Room_messages on DirectMessage
      @refetchable(queryName: "RoomPageQuery")
      @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" }) {
      title
      messages(first: $count, after: $cursor) @connection(key: "Room_messages") {
        edges {
          node {
            id
            text
            author { userId name user { id name status } }
            mentions { kind userId user { id name status } }
          }
        }
      }
    }`,
  Members: `
    query MembersQuery($id: ID!) { directMessage(id: $id) { id ...Members_room } }
    fragment Members_room on DirectMessage { members { nodes { id name status } } }`,
  Badge: `
    query BadgeQuery($id: ID!) { directMessage(id: $id) { id counters { id unreadCount } } }`,
  Unread: 'query UnreadQuery { viewer { unreadCount } }',
  Me: 'query MeQuery { viewer { userId user { id name } } }',
  Header: `
    query HeaderQuery($id: ID!) { directMessage(id: $id) { id counters { id messageCount } } }`,
};

const { users } = landmarks;
let project: relay.RelayProject;
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway({ env: { LOG_LEVEL: 'silent' } });
  // They wrote under another name than they have now.
  for (const id of [users.member, users.shapes]) gateway.demo.world.accountOf(id).name += ' (new)';
  project = relay.compileRelay(modules);
});
afterAll(async () => {
  await gateway.close();
  project.remove();
});

expectNoComplaints();

const newEnvironment = () => relay.newEnvironment(gateway);
const query = (name: string) => project.query(name);
const load = (environment: Environment, name: string, variables: Record<string, unknown>) =>
  relay.load(project, environment, name, variables);
const show = (environment: Environment, name: string, fragmentName: string, variables: Record<string, unknown>) =>
  relay.show(project, environment, name, fragmentName, variables);

interface Page {
  readonly edges: readonly { readonly node: Row & { readonly id: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

describe('Relay', () => {
  it('reads a mailbox to its end, page by page, through @refetchable on Viewer', async () => {
    const environment = newEnvironment();
    const variables = { count: 9 };
    const shown = () =>
      (show(environment, 'MailboxQuery', 'Mailbox_viewer', variables) as { directMessages: Page }).directMessages;
    await load(environment, 'MailboxQuery', variables);
    while (shown().pageInfo.hasNextPage)
      await load(environment, 'MailboxPageQuery', { count: 9, cursor: shown().pageInfo.endCursor });
    const ids = shown().edges.map(({ node }) => node.id);
    const { world } = gateway.demo;
    const own = world.subscriptionsOf(world.member.id).filter(({ t }) => t === 'd');
    expect(new Set(ids)).toEqual(new Set(own.map(({ rid }) => rid)));
    expect(ids).toHaveLength(own.length);
    for (const { node } of shown().edges) expect(node).toMatchObject({ title: expect.stringMatching(/./) });
  });

  it('pages a room to its end through node, and refetches it', async () => {
    const environment = newEnvironment();
    const id = landmarks.busyRoomId;
    const variables = { id, count: 100 };
    const shown = () => show(environment, 'RoomQuery', 'Room_messages', variables) as { title: string; messages: Page };
    await load(environment, 'RoomQuery', variables);
    while (shown().messages.pageInfo.hasNextPage)
      await load(environment, 'RoomPageQuery', { id, count: 100, cursor: shown().messages.pageInfo.endCursor });
    const ids = shown().messages.edges.map(({ node }) => node.id);
    const visible = gateway.demo.world.messagesOf(id).filter(({ _hidden }) => _hidden !== true);
    expect(new Set(ids)).toEqual(new Set(visible.map(({ _id }) => _id)));
    expect(ids).toHaveLength(visible.length);
    const { node } = await load(environment, 'RoomPageQuery', { id, count: 1, cursor: null });
    expect(node).toMatchObject({ __id: id });
  });

  it('shows members as they are, whatever messages and mentions were read before or after', async () => {
    const environment = newEnvironment();
    const id = landmarks.shapesRoomId;
    await load(environment, 'MembersQuery', { id });
    const before = show(environment, 'MembersQuery', 'Members_room', { id });
    await load(environment, 'RoomQuery', { id, count: 60 });
    await load(environment, 'MailboxQuery', { count: 50 });
    expect(show(environment, 'MembersQuery', 'Members_room', { id })).toEqual(before);
    expect(JSON.stringify(before)).not.toContain('null');
    expect(JSON.stringify(before)).toContain(gateway.demo.world.accountOf(users.shapes).name);
  });

  it.each([
    ['counters', ['BadgeQuery', 'HeaderQuery'], { id: landmarks.busyRoomId }],
    ['the viewer', ['UnreadQuery', 'MeQuery'], {}],
  ])('merges what two components select of %s: neither makes the other incomplete', async (_what, names, variables) => {
    const environment = newEnvironment();
    for (const name of names) await load(environment, name, variables);
    for (const name of names) {
      const operation = createOperationDescriptor(query(name), variables);
      expect(environment.lookup(operation.fragment).isMissingData).toBe(false);
      expect(environment.check(operation).status).toBe('available');
    }
  });
});
