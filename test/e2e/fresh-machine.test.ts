import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectPath, run } from '../support/child.ts';

/** As the demo prints it, over two lines. */
const greeting = String.raw`
  curl -s http://127.0.0.1/ \
    -d '{"query":"{ a }"}'
`;
/** Prints the demo's greeting, then runs until SIGTERM. */
const start = `
  process.stdout.write(${JSON.stringify(greeting)});
  setInterval(() => undefined, 1000);
  process.on('SIGTERM', () => process.exit(Number(process.env.STOPS ?? 0)));
`;
/** Stands in for curl, which some machines lack. Answers only the printed request. */
const curl = `#!/bin/sh
[ "$*" = '-s http://127.0.0.1/ -d {"query":"{ a }"}' ] && echo "$ANSWER"
`;
const goodAnswer = '{"data":{"viewer":{"directMessages":{"nodes":[{}]}}}}';
const tests = `
  import { readdirSync } from 'node:fs';
  import { tmpdir } from 'node:os';
  console.log('left behind:', readdirSync(process.env.HOME), readdirSync(tmpdir()).filter((name) => name.startsWith('planted-')));
  process.exit(7);
`;

describe('Fresh 1.2: .ci/run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fresh-'));
  const [clone, home, bin, noNamespace] = [
    join(folder, 'clone'),
    join(folder, 'home'),
    join(folder, 'clone/bin'),
    join(folder, 'no-namespace'),
  ];
  const planted = join(tmpdir(), `planted-${process.pid}`);

  beforeAll(() => {
    for (const path of [join(clone, '.ci'), home, bin, noNamespace]) mkdirSync(path, { recursive: true });
    cpSync(join(projectPath, '.ci/run'), join(clone, '.ci/run'));
    const scripts = { start: 'exec node start.mjs', test: 'node tests.mjs' };
    writeFileSync(join(clone, 'package.json'), JSON.stringify({ name: 'clone', version: '1.0.0', scripts }));
    writeFileSync(
      join(clone, 'package-lock.json'),
      JSON.stringify({
        name: 'clone',
        version: '1.0.0',
        lockfileVersion: 3,
        packages: { '': { name: 'clone', version: '1.0.0' } },
      }),
    );
    writeFileSync(join(clone, 'start.mjs'), start);
    writeFileSync(join(clone, 'tests.mjs'), tests);
    writeFileSync(join(home, 'planted'), '');
    writeFileSync(planted, '');
    writeFileSync(join(bin, 'curl'), curl, { mode: 0o755 });
    // Servers for tests are nothing that this test installs.
    writeFileSync(join(bin, 'apt-get'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    writeFileSync(join(noNamespace, 'unshare'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  });
  afterAll(() => {
    for (const path of [folder, planted]) rmSync(path, { recursive: true, force: true });
  });

  const path = [bin, process.env['PATH'] ?? ''].join(delimiter);
  const ciRun = (env: Record<string, string> = {}) =>
    run('bash', [join(clone, '.ci/run')], { HOME: home, CI: 'true', ANSWER: goodAnswer, PATH: path, ...env });

  test.each([
    ['in a namespace, if the machine allows one', path],
    ['without a namespace', [noNamespace, path].join(delimiter)],
  ])(
    '.ci/run gives the tests an empty HOME and temporary folder %s, and exits with their code',
    async (_where, PATH) => {
      const { code, stdout } = await ciRun({ PATH });
      expect(stdout).toContain('== npm start ended with 0\n');
      expect(stdout).toContain('left behind: [] []\n');
      expect(code).toBe(7);
    },
  );

  test.each<[string, Record<string, string>, number]>([
    ['answers with an error', { ANSWER: '{"data":null,"errors":[]}' }, 1],
    ['exits with an error when stopped', { STOPS: '5' }, 5],
  ])('.ci/run fails before the tests if the demo %s', async (_what, env, expected) => {
    const { code, stdout } = await ciRun(env);
    expect(stdout).not.toContain('== npm test');
    expect(code).toBe(expected);
  });
});
