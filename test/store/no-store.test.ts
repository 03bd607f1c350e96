import { expect, it } from 'vitest';
import { startMain, urlOf } from '../support/child.ts';
import { openLimitedWorkspace } from '../support/limited-workspace.ts';
import { startStore } from '../support/redis-server.ts';

/** At the end, prints the files of all CommonJS packages that the process has loaded. */
const probe = `data:text/javascript,${encodeURIComponent(`
  import { createRequire } from 'node:module';
  const { cache } = createRequire('file:///probe.js');
  process.on('exit', () => process.stderr.write(Object.keys(cache).join('\\n')));
`)}`;

/** What a gateway loads until it stops. */
async function loadedWith(env: Record<string, string>): Promise<string> {
  const workspace = await openLimitedWorkspace();
  const child = startMain({
    flags: ['--import', probe],
    env: { PORT: '0', LOG_LEVEL: 'info', ROCKETCHAT_URL: workspace.url, EXPLORER: 'off', ...env },
  });
  await urlOf(child);
  child.signal('SIGTERM');
  return (await child.ended).stderr;
}

it('A gateway loads the client of a store with SHARED_STORE only', async () => {
  const { url } = await startStore();
  const [without, withStore] = await Promise.all([loadedWith({}), loadedWith({ SHARED_STORE: url })]);
  expect(without).toMatch('node_modules/undici');
  expect(without).not.toMatch('@redis');
  expect(withStore).toMatch('@redis/client');
});
