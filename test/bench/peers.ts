import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Contender } from './contenders.ts';
import { meshDialect } from './mesh-dialect.ts';

/**
 * Other GraphQL servers before the same upstream. Each script says which page of its documentation recommends its
 * set-up. They are a package of their own, so that the product neither installs nor trusts what they need.
 */
export const peers: readonly Contender[] = [
  { name: 'mercurius + jit', script: 'peers/mercurius.js' },
  { name: 'yoga + jit', script: 'peers/yoga.js' },
  { name: 'apollo + fastify', script: 'peers/apollo-fastify.js' },
  { name: 'apollo, plain', script: 'peers/apollo-plain.js' },
  { name: 'hive gateway', script: 'peers/hive.js', dialect: meshDialect },
];

/** Peers that are not measured, and why. */
export const leftOut: readonly { readonly name: string; readonly reason: string }[] = [
  {
    name: 'Tailcall',
    reason: 'its npm binary for Linux (@tailcallhq/core-linux-x64-gnu 1.6.14) needs glibc 2.39. It is not set up.',
  },
];

const folder = fileURLToPath(new URL('peers/', import.meta.url));

/** Installs exactly what the peers' lockfile names, without running anyone's install scripts; once. */
export function installPeers(say: (text: string) => void): void {
  if (existsSync(`${folder}node_modules/.package-lock.json`)) return;
  say('Installing the peers (test/bench/peers) …');
  const command = ['ci', '--omit=dev', '--ignore-scripts'];
  const { status } = spawnSync('npm', command, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('The peers could not be installed.');
}
