import { describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import type { InboxUser } from '../../src/http/inbox.ts';
import { startGateway, type Gateway } from '../../src/server.ts';
import { sendRaw } from '../support/raw.ts';

const user: InboxUser = { id: 'u1', token: 't1', name: 'Ann "A" <b> & Co $&', username: 'ann' };

async function open(inboxUsers: readonly InboxUser[], env: Record<string, string> = {}): Promise<Gateway> {
  const workspaceUrl = 'http://127.0.0.1:9';
  const gateway = await startGateway({
    config: readConfig({ PORT: '0', LOG_LEVEL: 'silent', ROCKETCHAT_URL: workspaceUrl, ...env }),
    workspaceUrl,
    inboxUsers,
  });
  onTestFinished(() => gateway.close());
  return gateway;
}

const contentOf = (html: string): string | undefined => /<meta name="demo-users" content="([^"]*)">/.exec(html)?.[1];

describe('/inbox', () => {
  it('is a page that loads nothing but its own files, and runs no inline script', async () => {
    const { url } = await open([user]);
    const [page, slashed] = await Promise.all([fetch(`${url}/inbox`), fetch(`${url}/inbox/`)]);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = page.headers.get('content-security-policy')?.split('; ');
    expect(policy).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
      "img-src 'self' data:",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const html = await page.text();
    expect(await slashed.text()).toBe(html);
    expect(html.match(/<script[^>]*>/g)).toEqual([expect.stringMatching(/ src="\/inbox\/assets\/[^"]+\.js"/)]);
    expect(html).not.toMatch(/<style| style=| on\w+=/);
    const files = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path = '']) => path);
    const types = files.map(async (path) => (await fetch(`${url}${path}`)).headers.get('content-type'));
    expect(new Set(await Promise.all(types))).toEqual(
      new Set(['text/css; charset=utf-8', 'text/javascript; charset=utf-8']),
    );
  });

  it('offers the users of the demo, whatever their names, and nobody without them', async () => {
    const html = await (await fetch(`${(await open([user])).url}/inbox`)).text();
    const content = contentOf(html)?.replaceAll('&quot;', '"').replaceAll('&amp;', '&');
    expect(JSON.parse(content ?? '')).toEqual([user]);
    expect(contentOf(await (await fetch(`${(await open([])).url}/inbox`)).text())).toBeUndefined();
  });

  it('has no other file', async () => {
    const { url } = await open([user]);
    const paths = ['index.html', 'assets/', 'assets/none.js', '..%2fexplorer.ts', '__proto__'];
    // As it is: `fetch` resolves these itself, and asks for another path.
    for (const path of [...paths, '%2e%2e/app.tsx', '../app.tsx', '../inbox/app.tsx', 'assets/%2e%2e/%2e%2e/app.tsx']) {
      const { status, text } = await sendRaw({ url }, { method: 'GET', path: `/inbox/${path}`, as: null });
      expect({ path, status }).toEqual({ path, status: 404 });
      expect(text).not.toContain('demo-users');
    }
  });

  it.each([{ EXPLORER: 'off' }, { NODE_ENV: 'production' }])('is not there with %j', async (env) => {
    const { url } = await open([user], env);
    for (const path of ['/inbox', '/inbox/', '/inbox/assets/none.js']) {
      expect((await fetch(`${url}${path}`)).status).toBe(404);
    }
  });
});
