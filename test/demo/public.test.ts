import { describe, expect, it, onTestFinished } from 'vitest';
import { startDemo, type DemoOptions } from '../../src/demo/server.ts';

async function get(path: string, options: DemoOptions = {}) {
  const demo = await startDemo(options);
  onTestFinished(() => demo.close());
  const response = await fetch(demo.url + path);
  return { status: response.status, headers: response.headers, body: (await response.json()) as unknown };
}

describe('Without credentials, the demo answers', () => {
  it.each([
    ['R7', /^7\.\d+$/],
    ['R8', /^8\.\d+$/],
  ] as const)('/api/info with its version, without the patch level (%s)', async (dialect, version) => {
    const { body, headers } = await get('/api/info', { dialect, rateLimit: { calls: 10, ms: 60_000 } });
    expect(body).toEqual({ version: expect.stringMatching(version), success: true });
    expect(headers.has('x-ratelimit-limit')).toBe(false);
  });

  it('settings.public with what it says of read receipts and deleted messages, and the headers of the limiter', async () => {
    const { body, headers } = await get('/api/v1/settings.public', { rateLimit: { calls: 10, ms: 60_000 } });
    const settings = [
      { _id: 'Message_KeepHistory', value: false },
      { _id: 'Message_Read_Receipt_Enabled', value: true },
      { _id: 'Message_Read_Receipt_Store_Users', value: true },
      { _id: 'Message_ShowDeletedStatus', value: false },
    ];
    expect(body).toEqual({ settings, count: 4, offset: 0, total: 4, success: true });
    expect(headers.get('x-ratelimit-remaining')).toBe('9');
  });

  it('settings.public with the settings that `_id` names', async () => {
    const { body } = await get('/api/v1/settings.public?_id=Message_KeepHistory%2Cother', { keepHistory: true });
    expect(body).toMatchObject({ settings: [{ _id: 'Message_KeepHistory', value: true }], total: 1 });
  });

  it('nothing else', async () => {
    expect((await get('/api/v1/me')).status).toBe(401);
    expect((await get('/api/v1/settings.private')).status).toBe(404);
  });
});
