import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { explorerMissing } from '../../src/http/explorer.ts';
import { projectPath, run, startChild, urlOf, type Child } from '../support/child.ts';
import { openDemo } from '../support/demo.ts';
import { docsPage, readme } from '../support/docs.ts';
import { readModules } from '../support/modules.ts';
import { startReceiver } from '../support/receiver.ts';

const operating = docsPage('operating');
const manifest = JSON.parse(readFileSync(join(projectPath, 'package.json'), 'utf8')) as {
  name: string;
  version: string;
  scripts: { start: string };
  devDependencies: Record<string, string>;
};

/** What `docs/operating.md` says that an image needs: "An image needs `a`, `b` and `c`, and nothing else". */
const imageFiles = [
  ...(/^An image needs (.*), and nothing else/m.exec(operating)?.[1]?.matchAll(/`([^`]+)`/g) ?? []),
].map(([, name = '']) => name);

/** The command by which the README starts what was built: flags of node, and the file. */
const [, deployed = ''] = /^NODE_ENV=production ROCKETCHAT_URL=\S+ node (.*)$/m.exec(readme) ?? [];

const folder = mkdtempSync(join(tmpdir(), 'build-'));
/** The repository, from which the package is made; an image of the built files; a folder of somebody who installs the package. */
const [repository, image, user] = ['repository', 'image', 'user'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
let packed: { stdout: string; stderr: string };

beforeAll(async () => {
  for (const name of ['src', 'schema', 'build.ts', 'package.json', 'README.md', 'LICENSE'])
    cpSync(join(projectPath, name), join(repository, name), { recursive: true });
  symlinkSync(join(projectPath, 'node_modules'), join(repository, 'node_modules'));
  mkdirSync(join(repository, 'dist/schema'), { recursive: true });
  cpSync(join(projectPath, 'schema/query.graphql'), join(repository, 'dist/schema/renamed-since.graphql'));
  const npm = promisify(execFile);
  packed = await npm('npm', ['pack', '--silent', '--foreground-scripts'], { cwd: repository });
  for (const name of imageFiles) cpSync(join(repository, name), join(image, name), { recursive: true });
  mkdirSync(user);
  writeFileSync(join(user, 'package.json'), '{}'); // or npm takes a folder above that has packages for the user's
  // Offline: all that serves is in the package. Online, npm adds the Node that the tests run on.
  const tarball = join(repository, `${manifest.name}-${manifest.version}.tgz`);
  await npm('npm', ['install', '--silent', '--offline', '--cache', join(folder, 'cache'), tarball], { cwd: user });
  rmSync(repository, { recursive: true });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const command = join(user, 'node_modules/.bin', manifest.name);
const installed = join(user, 'node_modules', manifest.name);

const startImage = (env: Record<string, string>): Child =>
  startChild(
    process.execPath,
    deployed.split(' ').map((word) => word.replace(/^dist\//, `${image}/dist/`)),
    { NODE_ENV: 'production', PORT: '0', ...env },
  );

async function ask(url: string, query: string, headers: Record<string, string> = {}): Promise<unknown> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

const headersOf = ({ id, token }: { id: string; token: string }) => ({ 'x-user-id': id, 'x-auth-token': token });

async function stop(child: Child): Promise<void> {
  child.signal('SIGTERM');
  expect(await child.ended).toMatchObject({ code: 0, stderr: '' });
}

describe('The package that `npm pack` makes', () => {
  test('holds the build, the README, the licence and its manifest, and nothing else', () => {
    expect(packed).toEqual({ stdout: `${manifest.name}-${manifest.version}.tgz\n`, stderr: '' });
    expect(readdirSync(installed).toSorted()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
    const dist = readdirSync(join(installed, 'dist'), { recursive: true, withFileTypes: true });
    const files = dist.filter((entry) => entry.isFile()).map(({ name }) => name);
    expect(files.filter((name) => !/\.(js|css|graphql|wasm)$|^LICENSES\.txt$/.test(name)).toSorted()).toEqual(
      [
        'index.html',
        ...readdirSync(join(projectPath, 'schema/published')).filter((name) => !name.endsWith('.graphql')),
      ].toSorted(),
    );
  });

  test('asks for no other package, and holds the schema of now', () => {
    const specifiers = readModules(join(installed, 'dist'), '**/*.js').flatMap(({ imports }) =>
      imports.map(({ specifier }) => specifier),
    );
    expect(specifiers.length).toBeGreaterThan(20);
    expect(
      [
        ...new Set(specifiers.filter((specifier) => !isBuiltin(specifier) && !/^\.\/[^/]+\.js$/.test(specifier))),
      ].toSorted(),
    ).toEqual(['@node-rs/xxhash', 'ruru/server', 'ruru/static']); // the first for a command of Redis that nobody sends
    expect(readdirSync(join(installed, 'dist/schema')).toSorted()).toEqual(
      readdirSync(join(projectPath, 'schema')).toSorted(),
    );
  });

  test('holds every file that its code reads beside itself', () => {
    const dist = join(installed, 'dist');
    const read = readdirSync(dist)
      .filter((name) => name.endsWith('.js'))
      .flatMap((name) => [
        ...readFileSync(join(dist, name), 'utf8').matchAll(/new URL\("(\.[^"]*)", import\.meta\.url\)/g),
      ])
      .map(([, path = '']) => path);
    expect(read).toContain('../package.json');
    expect(read.filter((path) => !existsSync(join(dist, path)))).toEqual([]);
  });

  test('passes on the licences of what it holds', () => {
    const licences = readFileSync(join(installed, 'dist/LICENSES.txt'), 'utf8');
    for (const name of ['@apollo/server', 'fastify', 'graphql', 'pino', '@graphql-hive/apollo', 'react'])
      expect(licences).toContain(`\n${name} ${manifest.devDependencies[name]} (MIT)\n`);
    expect(licences.match(/^\S+ \d+\.\d+\.\d+\S* \((?!.*(MIT|BSD|ISC|Apache|BlueOak)).*$/gm)).toBeNull();
  });

  test('is a command that examines a workspace', async () => {
    const demo = await openDemo();
    const { code, stdout } = await run(command, ['doctor', '--json', '--upstream', demo.url]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ isWell: true, workspaceUrl: demo.url });
  });

  test('is a command that serves the workspace of its flags', async () => {
    const demo = await openDemo();
    const child = startChild(command, ['--upstream', demo.url, '--port', '0', '--explorer', 'off']);
    const url = await urlOf(child);
    const { member } = demo.world;
    expect(
      await ask(url, '{ viewer { user { username } directMessages(first: 2) { nodes { id } } } }', headersOf(member)),
    ).toEqual({
      data: {
        viewer: {
          user: { username: member.username },
          directMessages: { nodes: [expect.anything(), expect.anything()] },
        },
      },
    });
    await stop(child);
  });

  test('serves the demo without flags, and tells its version and its help', async () => {
    const child = startChild(command, ['--port', '0']);
    const [, url = '', id = '', token = ''] = await child.until(
      /(http:\S+)\/graphql[\s\S]*?User .*X-User-Id (\w+), X-Auth-Token ([\w-]+)/,
    );
    expect(await ask(url, '{ viewer { userId } }', headersOf({ id, token }))).toEqual({
      data: { viewer: { userId: id } },
    });
    const inbox = await (await fetch(`${url}/inbox`)).text();
    const [, path] = /src="(\/inbox\/assets\/[^"]+\.js)"/.exec(inbox) ?? expect.unreachable('a page without a script');
    const script = await fetch(`${url}${path}`);
    expect([script.status, script.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
    child.signal('SIGTERM');
    expect((await child.ended).code).toBe(0);
    expect(await run(command, ['--version'])).toMatchObject({ code: 0, stdout: `${manifest.version}\n` });
    expect((await run(command, ['--help'])).stdout).toContain('--upstream, ROCKETCHAT_URL');
  });

  test('does all that is loaded only when used: federation, metrics, persisted operations, a store, reports of usage', async () => {
    const demo = await openDemo();
    const [graphos, hive] = [await startReceiver(), await startReceiver()];
    onTestFinished(async () => void (await Promise.all([graphos.close(), hive.close()])));
    const operations = join(folder, 'operations.json');
    writeFileSync(operations, JSON.stringify({ listed: '{ viewer { userId } }' }));
    const child = startChild(
      command,
      ['--upstream', demo.url, '--port', '0', '--metrics', 'on', '--inline-trace', 'on'],
      {
        NODE_ENV: 'production',
        PERSISTED_OPERATIONS: operations,
        PERSISTED_OPERATIONS_MODE: 'report',
        APOLLO_KEY: 'service:demo:key',
        APOLLO_GRAPH_REF: 'demo@current',
        APOLLO_USAGE_URL: graphos.url,
        HIVE_TOKEN: 'token',
        HIVE_USAGE_URL: hive.url,
        SHARED_STORE: 'redis://127.0.0.1:9',
      },
    );
    const url = await urlOf(child);
    const { member } = demo.world;
    const entities = `{ _service { sdl } _entities(representations: [{ __typename: "User", id: "${member.id}" }]) { ... on User { username } } }`;
    expect(await ask(url, entities, { ...headersOf(member), 'apollo-federation-include-trace': 'ftv1' })).toEqual({
      data: {
        _service: { sdl: expect.stringContaining('type DirectMessage') },
        _entities: [{ username: member.username }],
      },
      extensions: { ftv1: expect.any(String) },
    });
    expect(await ask(url, 'query Me { viewer { userId } }', headersOf(member))).toMatchObject({ data: {} });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    for (const line of ['gateway_operations_total{', 'gateway_store_up 0\n']) expect(metrics).toContain(line);
    expect(child.stdout).toContain('"why":"It cannot be reached."');
    child.signal('SIGTERM');
    expect(await child.ended).toMatchObject({ code: 0, stderr: '' });
    expect(graphos.received).toMatchObject([{ path: '/api/ingress/traces' }]);
    expect(hive.received.length).toBeGreaterThan(0);
  });
});

describe('An image of what `npm run build` makes', () => {
  test('Claim 4: needs only the files that the documentation lists', () => {
    expect(imageFiles.toSorted()).toEqual(['dist', 'package.json']);
    expect(readdirSync(image).toSorted()).toEqual(imageFiles.toSorted());
  });

  test('Claim 8: is started in the documentation with the same node flags as `npm start`', () => {
    expect(manifest.scripts.start.replace(/^NODE_COMPILE_CACHE=\S+ /, '')).toBe(
      `exec node ${deployed.replace('dist/main.js', 'src/main.ts')}`,
    );
  });

  test('Claim 4: serves a workspace in production from those files alone', async () => {
    const demo = await openDemo();
    const child = startImage({ ROCKETCHAT_URL: demo.url });
    const url = await urlOf(child);
    const { member } = demo.world;
    const query =
      '{ viewer { user { username } directMessages(first: 2) { nodes { messages(first: 1) { nodes { text sentAt } } } } } }';
    const body = await ask(url, query, headersOf(member));
    expect(body).toMatchObject({
      data: { viewer: { user: { username: member.username }, directMessages: { nodes: [{}, {}] } } },
    });
    expect(body).not.toHaveProperty('errors');
    await stop(child);
  });

  test('Claim 19: with EXPLORER=on and no development dependencies, the build says what is missing and how to install it', async () => {
    expect(explorerMissing).toContain(
      `npm install --save-prod --omit=dev ruru@${manifest.devDependencies['ruru']?.split('.')[0] ?? ''}`,
    );
    const child = startImage({ ROCKETCHAT_URL: 'http://127.0.0.1:9', EXPLORER: 'on' });
    const url = await urlOf(child);
    expect(child.stdout).toContain(`"msg":${JSON.stringify(explorerMissing)}`);
    const page = await fetch(`${url}/explorer`);
    expect({ status: page.status, text: await page.text() }).toEqual({ status: 404, text: `${explorerMissing}\n` });
    const root = await fetch(`${url}/`, { headers: { accept: 'text/html' } });
    expect({ url: root.url, status: root.status, type: root.headers.get('content-type') }).toEqual({
      url: `${url}/graphql`,
      status: 200,
      type: 'text/html',
    });
  });
});
