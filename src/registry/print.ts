import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createPublishedApi, createPublishedSdl } from '../schema/executable.ts';
import { publishedPaths } from './published-paths.ts';

const published = [
  { path: publishedPaths.subgraph, sdl: createPublishedSdl() },
  { path: publishedPaths.api, sdl: createPublishedApi() },
].map((schema) => ({ ...schema, file: new URL(`../../${schema.path}`, import.meta.url) }));

/** `npm run schema:print` writes the published schemas; with `--check` it only reports whether the files are up to date. */
function main(): number {
  if (!process.argv.includes('--check')) {
    for (const { file, sdl } of published) {
      mkdirSync(new URL('./', file), { recursive: true });
      writeFileSync(file, sdl);
    }
    return 0;
  }
  const stale = published.filter(
    ({ file, sdl }) => statSync(file, { throwIfNoEntry: false }) === undefined || readFileSync(file, 'utf8') !== sdl,
  );
  for (const { path } of stale)
    process.stderr.write(`${path} is not what the code publishes: run \`npm run schema:print\`.\n`);
  return stale.length === 0 ? 0 : 1;
}

process.exitCode = main();
