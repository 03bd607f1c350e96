import { readFileSync } from 'node:fs';

/** The version of the package, whose manifest lies beside `src/` and beside what the build makes of it. */
export function packageVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
