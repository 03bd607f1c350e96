import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createOperationDescriptor,
  Environment,
  fetchQuery,
  getFragment,
  getRequest,
  getSingularSelector,
  Network,
  RecordSource,
  Store,
  type ConcreteRequest,
  type GraphQLResponse,
  type ReaderFragment,
} from 'relay-runtime';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { landmarks } from '../../../src/demo/seed.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

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
let folder: string;
let gateway: TestGateway;
const requireArtifact = (name: string): unknown =>
  createRequire(join(folder, 'index.js'))(join(folder, 'src', '__generated__', `${name}.graphql.js`)) as unknown;
const query = (name: string): ConcreteRequest => getRequest(requireArtifact(name) as ConcreteRequest);
const fragment = (name: string): ReaderFragment => getFragment(requireArtifact(name) as ReaderFragment);

beforeAll(async () => {
  gateway = await startTestGateway({ env: { LOG_LEVEL: 'silent' } });
  // They wrote under another name than they have now.
  for (const id of [users.member, users.shapes]) gateway.demo.world.accountOf(id).name += ' (new)';
  folder = mkdtempSync(join(tmpdir(), 'relay-'));
  mkdirSync(join(folder, 'src'));
  for (const [name, text] of Object.entries(modules))
    writeFileSync(
      join(folder, 'src', `${name}.js`),
      `graphql\`${text.replaceAll(/\n\s*(?=fragment)/g, '`;\ngraphql`')}\`;\n`,
    );
  const schema = fileURLToPath(new URL('../../../schema/published/api.graphql', import.meta.url));
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(
    join(folder, 'relay.config.json'),
    JSON.stringify({ src: './src', schema, language: 'javascript', eagerEsModules: false }),
  );
  const compiler = fileURLToPath(new URL('../../../node_modules/relay-compiler/cli.js', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, join(folder, 'relay.config.json')], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(status, `${stdout}${stderr}`).toBe(0);
});
afterAll(async () => {
  await gateway.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What the runtime complains about. */
let complaints: unknown[][];
beforeEach(() => {
  complaints = [];
  for (const level of ['warn', 'error'] as const)
    vi.spyOn(console, level).mockImplementation((...words: unknown[]) => void complaints.push(words));
});
afterEach(() => {
  vi.restoreAllMocks();
  expect(complaints).toEqual([]);
});

const newEnvironment = () =>
  new Environment({
    network: Network.create(async ({ text }, variables) => {
      const { member } = gateway.demo.world;
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-user-id': member.id, 'x-auth-token': member.token },
        body: JSON.stringify({ query: text, variables }),
      });
      return (await response.json()) as GraphQLResponse;
    }),
    store: new Store(new RecordSource()),
  });

type Row = Readonly<Record<string, unknown>>;
const load = (environment: Environment, name: string, variables: Record<string, unknown>) =>
  fetchQuery(environment, query(name), variables).toPromise() as Promise<Record<string, Row>>;

/** What a component with this fragment shows of an operation that the store holds. */
function show(
  environment: Environment,
  name: string,
  fragmentName: string,
  variables: Record<string, unknown>,
): unknown {
  const operation = createOperationDescriptor(query(name), variables);
  const root = environment.lookup(operation.fragment);
  const [reference] = Object.values(root.data as unknown as Record<string, unknown>);
  const selector = getSingularSelector(fragment(fragmentName), reference);
  if (selector == null) throw new Error(`${fragmentName} is not in the store`);
  const { data, isMissingData } = environment.lookup(selector);
  expect(isMissingData).toBe(false);
  return data;
}

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
