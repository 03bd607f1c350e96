import type * as childProcess from 'node:child_process';
import { afterEach, expect, it, vi } from 'vitest';
import { startTestGateway } from '../support/gateway.ts';

afterEach(() => vi.doUnmock('node:child_process'));

it('an inbox that cannot be built says so, on the page and in the log, and is built at the next request', async () => {
  let failures = 1;
  vi.doMock('node:child_process', async (original) => {
    const real = await original<typeof childProcess>();
    type Callback = (error: Error | null, stdout?: string, stderr?: string) => void;
    const execFile = (
      file: string,
      args: string[],
      options: object,
      callback: Callback,
    ): childProcess.ChildProcess | undefined => {
      failures -= 1;
      if (failures < 0) return real.execFile(file, args, options, (error) => callback(error, '', ''));
      callback(new Error('Cannot find module vite'));
      return undefined;
    };
    return { ...real, execFile };
  });
  const gateway = await startTestGateway();
  const page = await fetch(`${gateway.url}/inbox`);
  expect({ status: page.status, type: page.headers.get('content-type'), text: await page.text() }).toEqual({
    status: 503,
    type: 'text/plain; charset=utf-8',
    text: 'The inbox could not be built: the log says why. Run npm ci, then load this page again.\n',
  });
  expect(gateway.logs).toMatchObject([{ level: 50, msg: 'could not build the inbox', why: 'Cannot find module vite' }]);
  expect((await fetch(`${gateway.url}/inbox`)).status).toBe(200);
});
