import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { buildScanner, builtFile } from './build.ts';

test('`npm run build:wasm` makes the very bytes that are served', async () => {
  const built = Buffer.from(await buildScanner());
  expect(built.equals(await readFile(builtFile)), 'Run `npm run build:wasm`.').toBe(true);
});
