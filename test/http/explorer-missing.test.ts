import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTestGateway } from '../support/gateway.ts';

/** As in an image that was installed without development dependencies. */
const notInstalled = () => {
  throw Object.assign(new Error("Cannot find package 'ruru'"), { code: 'ERR_MODULE_NOT_FOUND' });
};
const howToInstall =
  /^The offline explorer .* not installed: use Apollo Sandbox at \/graphql, or run npm install .*ruru@\d/;

describe('The offline explorer, not installed', () => {
  beforeEach(() => {
    vi.doMock('ruru/server', notInstalled);
    vi.doMock('ruru/static', notInstalled);
  });
  afterEach(() => {
    vi.doUnmock('ruru/server');
    vi.doUnmock('ruru/static');
  });

  it('Claim 19: the gateway starts, and its page and the log say what is missing and how to install it', async () => {
    const gateway = await startTestGateway({ env: { EXPLORER: 'on' } });
    const page = await fetch(`${gateway.url}/explorer`);
    expect({ status: page.status, type: page.headers.get('content-type') }).toEqual({
      status: 404,
      type: 'text/plain; charset=utf-8',
    });
    expect(await page.text()).toMatch(howToInstall);
    expect(gateway.logs).toMatchObject([{ level: 40, msg: expect.stringMatching(howToInstall) }]);
    expect((await fetch(`${gateway.url}/explorer/static/ruru.js`)).status).toBe(404);
  });

  it('browsers at / are led to Apollo Sandbox instead', async () => {
    const gateway = await startTestGateway({ env: { EXPLORER: 'on' } });
    const root = await fetch(`${gateway.url}/`, { headers: { accept: 'text/html' }, redirect: 'manual' });
    expect({ status: root.status, location: root.headers.get('location') }).toEqual({
      status: 302,
      location: '/graphql',
    });
  });
});
