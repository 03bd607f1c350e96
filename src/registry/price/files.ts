import { globSync, statSync } from 'node:fs';
import { basename, resolve, sep } from 'node:path';
import type { Mistakes } from './mistakes.ts';

export interface FoundFile {
  /** As reports name it: relative to the command's folder, where the pattern is. */
  readonly name: string;
  readonly path: string;
  /** Whether the command names this very file, rather than a pattern that it matches. */
  readonly isNamed: boolean;
}

/**
 * The files of patterns such as `src/*.tsx`, each once, by name. A pattern after `!` takes its files out again. What is
 * installed in `node_modules` is somebody else's.
 */
export function findFiles(patterns: readonly string[], folder: string, mistakes: Mistakes): FoundFile[] {
  const found = new Map<string, FoundFile>();
  for (const pattern of patterns.filter((each) => !each.startsWith('!'))) {
    const matches = matchesOf(pattern, folder);
    if (matches.length === 0) mistakes.add(pattern, whyNone(pattern, folder));
    for (const file of matches) if (found.get(file.path)?.isNamed !== true) found.set(file.path, file);
  }
  for (const pattern of patterns.filter((each) => each.startsWith('!')))
    for (const { path } of matchesOf(pattern.slice(1), folder)) found.delete(path);
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** A name with brackets, such as `[room].tsx`, is a file before it is a pattern. */
function matchesOf(pattern: string, folder: string): FoundFile[] {
  const isNamed = isFile(resolve(folder, pattern));
  const names = isNamed
    ? [pattern]
    : globSync(pattern, { cwd: folder, exclude: (name) => basename(name) === 'node_modules' });
  return names
    .map((name) => ({ name: name.split(sep).join('/'), path: resolve(folder, name), isNamed }))
    .filter(({ path }) => isFile(path));
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

const whyNone = (pattern: string, folder: string): string =>
  statSync(resolve(folder, pattern), { throwIfNoEntry: false })?.isDirectory() === true
    ? `a folder: give a pattern, such as '${pattern.replace(/\/$/, '')}/**/*.{graphql,ts,tsx}'`
    : 'no file has this name or matches this pattern (write it in quotes; paths start from the folder of the command)';
