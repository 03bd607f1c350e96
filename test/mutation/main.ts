import { spawnSync } from 'node:child_process';
import { areas, areaVariable } from './areas.ts';

/**
 * Whether tests notice small changes of the source, area by area. `npm run test:mutation`: the code that decides;
 * `npm run test:mutation -- http loaders`: these areas; `-- all`: every area, hours. What begins with `-` is passed on to
 * Stryker, with its value behind `=`: `-- http --mutate=src/http/held-bytes.ts --concurrency=1`. Ends with 1 where an area
 * scores too low.
 */
const options = process.argv.slice(2).filter((argument) => argument.startsWith('-'));
const named = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const names = named.length === 0 ? ['deciding'] : named.includes('all') ? Object.keys(areas) : named;

const unknown = names.filter((name) => !Object.hasOwn(areas, name));
if (unknown.length > 0) {
  process.stderr.write(`No such area: ${unknown.join(', ')}. There are ${Object.keys(areas).join(', ')}.\n`);
  process.exit(1);
}

const [version, core, runner] = ['10.1.1', '@stryker-mutator/core', '@stryker-mutator/vitest-runner'];
const failed: string[] = [];
for (const name of names) {
  process.stdout.write(`\n${name}\n`);
  const command = [
    '-y',
    '-p',
    `${core}@${version}`,
    '-p',
    `${runner}@${version}`,
    'stryker',
    'run',
    'test/mutation/stryker.config.js',
  ];
  const { status, signal } = spawnSync('npx', [...command, ...options], {
    stdio: 'inherit',
    env: { ...process.env, [areaVariable]: name },
  });
  if (status !== 0) failed.push(`${name} (${signal ?? `exit code ${status}`})`);
}
if (failed.length > 0) {
  process.stderr.write(`Below the threshold, or not run: ${failed.join(', ')}.\n`);
  process.exitCode = 1;
}
