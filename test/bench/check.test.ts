import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('the gateway returns the same data for every benchmark workload as the hand-written server, with the same upstream calls', () => {
  const script = fileURLToPath(new URL('main.ts', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8', timeout: 25_000 });
  expect(status, stderr).toBe(0);
});
