import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createPublishedSdl } from '../schema/executable.ts';
import { publishedPath } from './published-path.ts';

const publishedFile = new URL(`../../${publishedPath}`, import.meta.url);

/** `npm run schema:print` writes the published schema; with `--check` it only reports whether the file is up to date. */
function main(): number {
  const sdl = createPublishedSdl();
  if (!process.argv.includes('--check')) {
    mkdirSync(new URL('./', publishedFile), { recursive: true });
    writeFileSync(publishedFile, sdl);
    return 0;
  }
  if (readFileSync(publishedFile, 'utf8') === sdl) return 0;
  process.stderr.write(`${publishedPath} is not what the code publishes: run \`npm run schema:print\`.\n`);
  return 1;
}

process.exitCode = main();
