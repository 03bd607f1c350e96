import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesBetween } from '../../src/registry/changes.ts';
import { createPublishedApi, createPublishedSdl } from '../../src/schema/executable.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

const published = createPublishedSdl();
const api = createPublishedApi();

const field = '  """When it was sent (`ts`)."""\n  sentAt: DateTime!\n';

/** The published schema as it would be after a change. */
function changed(from: string, to: string): string {
  expect(published).toContain(from);
  return published.replace(from, to);
}

const found = async (from: string, to: string): Promise<string[]> =>
  (await changesBetween(published, changed(from, to))).map(({ weight, path }) => `${weight} ${path}`);

describe('Changes of the schema', () => {
  it('a schema has no changes compared with itself', async () => {
    expect(await changesBetween(published, published)).toEqual([]);
  });

  it.each([
    ['a removed field', field, '', 'breaking Message.sentAt'],
    ['a new required argument', 'members(', 'members(\n    team: ID!', 'breaking DirectMessage.members.team'],
    ['a field that is now nullable', '  sentAt: DateTime!', '  sentAt: DateTime', 'breaking Message.sentAt'],
    ['another type', '  memberCount: Int', '  memberCount: String', 'breaking Counters.memberCount'],
    [
      'an argument that is now required',
      '    userId: ID @tag',
      '    userId: ID! @tag',
      'breaking DirectMessage.counters.userId',
    ],
    ['a removed enum value', '  """One member: notes to self."""\n  SELF\n', '', 'breaking DirectMessageKind.SELF'],
    ['a new enum value', '  SELF\n', '  SELF\n  CROWD\n', 'dangerous DirectMessageKind.CROWD'],
    ['another default', 'direction: DESC}', 'direction: ASC}', 'dangerous DirectMessage.messages.orderBy'],
    [
      'a removed key',
      'type User implements Node @key(fields: "id")',
      'type User implements Node',
      'breaking User.@key',
    ],
    [
      'a different key',
      'type User implements Node @key(fields: "id")',
      'type User @key(fields: "username")',
      'breaking User.@key',
    ],
    [
      'a key of more fields',
      'type User implements Node @key(fields: "id")',
      'type User implements Node @key(fields: "id username")',
      'breaking User.@key',
    ],
    [
      'a key that is no longer resolvable',
      'type User implements Node @key(fields: "id")',
      'type User implements Node @key(fields: "id", resolvable: false)',
      'breaking User.@key',
    ],
    [
      'another key beside the first',
      'type User implements Node @key(fields: "id")',
      'type User implements Node @key(fields: "id") @key(fields: "username")',
      'safe User.@key',
    ],
    ['a type that is no longer shareable', 'type PageInfo @shareable', 'type PageInfo', 'breaking PageInfo.@shareable'],
    ['a type that is now shareable', 'type Counters ', 'type Counters @shareable ', 'safe Counters.@shareable'],
    ['a new field', '  sentAt: DateTime!\n', '  sentAt: DateTime!\n  draft: String\n', 'safe Message.draft'],
    [
      'a field that is no longer nullable',
      '  editedAt: DateTime\n',
      '  editedAt: DateTime!\n',
      'safe Message.editedAt',
    ],
  ])('the schema check weighs %s', async (_what, from, to, expected) => {
    expect(await found(from, to)).toContain(expected);
  });
});

describe('Changes of the API for clients', () => {
  const mark = '  unreadCount: Int @semanticNonNull\n';
  const withMark = (line: string): string => {
    expect(api).toContain(mark);
    return api.replace(mark, line);
  };
  const weigh = async (before: string, after: string) =>
    (await changesBetween(before, after)).map(({ weight, path }) => `${weight} ${path}`);

  it('a field that can now be null without an error breaks clients that took it for non-null', async () => {
    expect(await weigh(api, withMark('  unreadCount: Int\n'))).toEqual([
      'breaking Viewer.unreadCount.@semanticNonNull',
    ]);
  });

  it('a field that is now non-null keeps what its mark said', async () => {
    expect(await weigh(api, withMark('  unreadCount: Int!\n'))).toEqual(['safe Viewer.unreadCount']);
    expect(await weigh(withMark('  unreadCount: Int!\n'), api)).toEqual(['breaking Viewer.unreadCount']);
  });

  it('a mark is an addition', async () => {
    expect(await weigh(withMark('  unreadCount: Int\n'), api)).toEqual(['safe Viewer.unreadCount.@semanticNonNull']);
  });
});

describe('npm run schema:check', () => {
  const folder = mkdtempSync(join(tmpdir(), 'schema-check-'));
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway();
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await gateway.close();
  });

  const noChanges = 'breaking: 0\ndangerous: 0\nsafe: 0\n';
  const runIn = (cwd: string | undefined, ...args: string[]) =>
    new Promise<{ status: number; output: string }>((resolve) => {
      const script = fileURLToPath(new URL('../../src/registry/check.ts', import.meta.url));
      execFile(process.execPath, [script, ...args], { cwd }, (error, stdout, stderr) =>
        resolve({ status: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr }),
      );
    });
  const run = (...args: string[]) => runIn(undefined, ...args);
  const write = (name: string, sdl: string): string => {
    const file = join(folder, name);
    writeFileSync(file, sdl);
    return file;
  };

  it('schema:check passes additions, and lists them', async () => {
    const { status, output } = await run('--against', write('less.graphql', changed(field, '')));
    expect(output).toMatch(/breaking: 0\ndangerous: 0\nsafe: 2\n {2}Message\.sentAt {2}/);
    expect(status).toBe(0);
  });

  it('schema:check fails on a breaking change', async () => {
    const { status, output } = await run(
      '--against',
      write('more.graphql', changed('  sentAt: DateTime!\n', '  sentAt: DateTime!\n  gone: Int\n')),
    );
    expect(output).toMatch(/^breaking: 1\n {2}Message\.gone {2}/);
    expect(status).toBe(1);
  });

  it('schema:check compares an API for clients with the one that is published', async () => {
    expect(await run('--against', write('api.graphql', api))).toMatchObject({ status: 0, output: noChanges });
    const marked = api.replace('  isPinned: Boolean!', '  isPinned: Boolean!\n  gone: Int @semanticNonNull');
    const { status, output } = await run('--against', write('marked.graphql', marked));
    expect(output).toMatch(/^breaking: 2\n {2}Message\.gone {2}.*\n {2}Message\.gone\.@semanticNonNull {2}/);
    expect(status).toBe(1);
  });

  it('schema:check compares with a running gateway', async () => {
    expect(await run('--against', `${gateway.url}/graphql`)).toEqual({
      status: 0,
      output: noChanges,
    });
  });

  it('schema:check compares with a schema at an address', async () => {
    const server = createServer((_req, res) => res.end(published)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const { status } = await run('--against', `http://127.0.0.1:${port}/releases/subgraph.graphql`);
    server.close();
    expect(status).toBe(0);
  });

  it.each([
    ['the root', ''],
    ['a folder', 'services/gateway'],
  ])(
    'schema:check compares with a commit, branch or tag when the project is %s of the repository',
    async (_what, place) => {
      const repository = mkdtempSync(join(folder, 'repository-'));
      const root = join(repository, place);
      const git = (...args: string[]) =>
        execFileSync(
          'git',
          ['-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'commit.gpgsign=false', ...args],
          { cwd: repository, encoding: 'utf8', stdio: 'pipe' },
        );
      mkdirSync(join(root, 'schema/published'), { recursive: true });
      git('init', '-q');
      const commit = (sdl: string): string => {
        writeFileSync(join(root, 'schema/published/subgraph.graphql'), sdl);
        git('add', '-A');
        git('commit', '-qm', 'Publish');
        return git('rev-parse', 'HEAD').trim();
      };
      const first = commit(changed('  sentAt: DateTime!\n', '  sentAt: DateTime!\n  gone: Int\n'));
      git('tag', 'v1');
      git('branch', 'schema'); // a branch and a folder of one name
      commit(published);
      for (const ref of [first, first.slice(0, 10), 'v1', 'HEAD~1', 'schema']) {
        const { status, output } = await runIn(root, '--against', ref);
        expect({ ref, status, output }).toMatchObject({
          ref,
          status: 1,
          output: expect.stringMatching(/^breaking: 1\n {2}Message\.gone {2}/),
        });
      }
      expect(await runIn(root, '--against', 'HEAD')).toEqual({ status: 0, output: noChanges });
      writeFileSync(
        join(root, 'schema/published/api.graphql'),
        api.replace('  isPinned: Boolean!', '  isPinned: Boolean!\n  gone: Int'),
      );
      commit(published);
      // Each of its changes is told once, although the other schema is compared too.
      expect(await runIn(root, '--against', 'HEAD')).toMatchObject({
        status: 1,
        output: expect.stringMatching(/^breaking: 1\n {2}Message\.gone {2}/),
      });
      writeFileSync(join(root, 'schema/published/api.graphql'), api.replace(field, ''));
      commit(published.replace(field, ''));
      expect((await runIn(root, '--against', 'HEAD')).output).toMatch(/^breaking: 0\ndangerous: 0\nsafe: 2\n/);
    },
  );

  it.each([
    ['a reference that does not exist', ['--against', 'no/such/ref']],
    ['nothing to compare with', []],
  ])('schema:check fails with %s', async (_what, args) => {
    const { status, output } = await run(...args);
    expect(status).toBe(2);
    expect(output).toContain('npm run schema:check -- --against');
  });
});
