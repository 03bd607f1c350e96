import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectPath } from './child.ts';

const read = (name: string): string => readFileSync(join(projectPath, name), 'utf8');

/** Text of the README. */
export const readme = read('README.md');

/** Text of a page below `docs/`, by its name without `.md`. */
export const docsPage = (name: string): string => read(`docs/${name}.md`);

/** Everything that users read, by path. */
export const documents: ReadonlyMap<string, string> = new Map(
  [
    'README.md',
    'deploy/README.md',
    ...readdirSync(join(projectPath, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ].map((path) => [path, read(path)]),
);
