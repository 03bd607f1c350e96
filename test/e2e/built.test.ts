import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { explorerMissing } from '../../src/http/explorer.ts';
import { startDemo } from '../../src/demo/server.ts';
import { projectPath, startChild, urlOf, type Child } from '../support/child.ts';
import { readModules, targetOf } from '../support/modules.ts';

const readme = readFileSync(join(projectPath, 'README.md'), 'utf8');
const manifest = JSON.parse(readFileSync(join(projectPath, 'package.json'), 'utf8')) as {
  scripts: { start: string; build: string };
  devDependencies: Record<string, string>;
};

/** What the README says that an image needs: "An image needs `a`, `b` and `c`, and nothing else". */
const imageFiles = [...(/^An image needs (.*), and nothing else/m.exec(readme)?.[1]?.matchAll(/`([^`]+)`/g) ?? [])].map(
  ([, name = '']) => name,
);

/** The command by which the README starts what was built: flags of node, and the file. */
const [, deployed = ''] = /^NODE_ENV=production ROCKETCHAT_URL=\S+ node (.*)$/m.exec(readme) ?? [];

describe('Built by `npm run build`', () => {
  const folder = mkdtempSync(join(tmpdir(), 'build-'));
  const [repository, image] = [join(folder, 'repository'), join(folder, 'image')];
  let built: { stdout: string; stderr: string };

  beforeAll(async () => {
    for (const name of ['src', 'schema', 'package.json', 'tsconfig.json'])
      cpSync(join(projectPath, name), join(repository, name), { recursive: true });
    symlinkSync(join(projectPath, 'node_modules'), join(repository, 'node_modules'));
    mkdirSync(join(repository, 'dist/schema'), { recursive: true });
    cpSync(join(projectPath, 'schema/query.graphql'), join(repository, 'dist/schema/renamed-since.graphql'));
    built = await promisify(execFile)('npm', ['--prefix', repository, 'run', '--silent', 'build']);
    mkdirSync(image);
    for (const name of imageFiles) {
      if (name === 'node_modules') symlinkSync(join(projectPath, name), join(image, name));
      else cpSync(join(repository, name), join(image, name), { recursive: true });
    }
    rmSync(repository, { recursive: true });
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const start = (env: Record<string, string>): Child =>
    startChild(
      process.execPath,
      deployed.split(' ').map((word) => word.replace(/^dist\//, `${image}/dist/`)),
      { NODE_ENV: 'production', PORT: '0', ...env },
    );

  test('Claim 4: the build prints nothing, and an image needs only the files that the README lists', () => {
    expect(built).toEqual({ stdout: '', stderr: '' });
    expect(imageFiles.toSorted()).toEqual(['dist', 'node_modules', 'package.json']);
    expect(readdirSync(image).toSorted()).toEqual(imageFiles.toSorted());
  });

  test('the build is JavaScript that imports no TypeScript, with the current schema', () => {
    const dist = join(image, 'dist');
    const modules = readModules(dist, '**/*.js');
    const names = modules.map(({ name }) => name);
    expect(names).toEqual(readModules(join(projectPath, 'src')).map(({ name }) => name.replace(/\.ts$/, '.js')));
    expect(readModules(dist, '**/*.{ts,mts,cts,tsx}').map(({ name }) => name)).toEqual([]);
    const targets = modules.flatMap((module) =>
      module.imports
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map((imported) => relative(dist, targetOf(module, imported))),
    );
    expect(targets.length).toBeGreaterThan(100);
    expect(targets.filter((target) => !names.includes(target))).toEqual([]);
    expect(
      readdirSync(join(dist, 'schema'))
        .filter((name) => !name.endsWith('.js'))
        .toSorted(),
    ).toEqual(readdirSync(join(projectPath, 'schema')).toSorted());
  });

  test('Claim 8: the README starts the build with the same node flags as `npm start`', () => {
    expect(manifest.scripts.start).toBe(`exec node ${deployed.replace('dist/main.js', 'src/main.ts')}`);
  });

  test('Claim 4: the build serves a workspace in production from those files alone', async () => {
    const demo = await startDemo();
    onTestFinished(() => demo.close());
    const child = start({ ROCKETCHAT_URL: demo.url });
    const url = await urlOf(child);
    const { member } = demo.world;
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-user-id': member.id, 'x-auth-token': member.token },
      body: JSON.stringify({
        query:
          '{ viewer { user { username } directMessages(first: 2) { nodes { messages(first: 1) { nodes { text sentAt } } } } } }',
      }),
    });
    const body = (await response.json()) as Record<string, unknown>;
    expect(body).toMatchObject({
      data: { viewer: { user: { username: member.username }, directMessages: { nodes: [{}, {}] } } },
    });
    expect(body).not.toHaveProperty('errors');
    child.signal('SIGTERM');
    expect(await child.ended).toMatchObject({ code: 0, stderr: '' });
  });

  test('Claim 19: with EXPLORER=on and no development dependencies, the build says what is missing and how to install it', async () => {
    expect(explorerMissing).toContain(
      `npm install --save-prod --omit=dev ruru@${manifest.devDependencies['ruru']?.split('.')[0] ?? ''}`,
    );
    rmSync(join(image, 'node_modules'));
    mkdirSync(join(image, 'node_modules'));
    for (const name of readdirSync(join(projectPath, 'node_modules'))) {
      if (name !== 'ruru') symlinkSync(join(projectPath, 'node_modules', name), join(image, 'node_modules', name));
    }
    const child = start({ ROCKETCHAT_URL: 'http://127.0.0.1:9', EXPLORER: 'on' });
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
