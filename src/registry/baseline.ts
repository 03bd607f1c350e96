import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { asObject, asText } from '../json.ts';
import { publishedPaths } from './published-paths.ts';

/** Milliseconds to wait for a schema from another server. */
const timeoutMs = 10_000;

/**
 * The texts of published schemas to compare with: a file, the address of a `.graphql` file or of a running subgraph (its
 * `_service { sdl }`), or what a git commit, branch or tag published. Paths are relative to the command's folder (under npm,
 * that of package.json).
 */
export async function readBaseline(source: string): Promise<string[]> {
  if (/^https?:\/\//.test(source)) return [await readUrl(source)];
  if (statSync(source, { throwIfNoEntry: false })?.isFile()) return [readFileSync(source, 'utf8')];
  if (source.startsWith('-')) throw new Error(`there is no file ${source}`);
  const texts = [readCommitted(source, publishedPaths.subgraph)];
  // Commits of API 0.1 published no schema for clients.
  if (isCommitted(source, publishedPaths.api)) texts.push(readCommitted(source, publishedPaths.api));
  return texts;
}

const readCommitted = (ref: string, path: string): string =>
  execFileSync('git', ['show', `${ref}:./${path}`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

const isCommitted = (ref: string, path: string): boolean =>
  execFileSync('git', ['ls-tree', '--name-only', ref, '--', path], { encoding: 'utf8' }) !== '';

async function readUrl(url: string): Promise<string> {
  const signal = AbortSignal.timeout(timeoutMs);
  const isFile = /\.graphqls?$/.test(new URL(url).pathname);
  const question = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ _service { sdl } }"}',
  };
  const response = await fetch(url, isFile ? { signal } : { ...question, signal });
  if (!response.ok) throw new Error(`${url} responded with status ${response.status}`);
  if (isFile) return response.text();
  const answer = asObject(await response.json());
  const sdl = asText(asObject(asObject(answer?.['data'])?.['_service'])?.['sdl']);
  if (sdl === undefined) throw new Error(`${url} is no subgraph: it has no { _service { sdl } }`);
  return sdl;
}
