import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { cannotListen, CannotListen, linkTo } from '../../src/http/listening.ts';
import { startGateway } from '../../src/server.ts';

/** Settings that a message tells the operator to set. */
const settingsIn = (message: string): string[] =>
  [...message.matchAll(/set (HOST|PORT) to /g)].map(([, name]) => `${name}`);

async function refusalOf(env: Record<string, string>): Promise<string> {
  const started = startGateway({
    config: readConfig({ LOG_LEVEL: 'silent', ...env }),
    workspaceUrl: 'http://127.0.0.1:9',
  });
  const error: unknown = await started.then(
    (gateway) => gateway.close(),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CannotListen);
  return (error as CannotListen).message;
}

describe('An address that the gateway cannot listen on', () => {
  const messageFor = (error: unknown) => cannotListen({ host: '127.0.0.1', port: 80 }, error).message;
  const failed = (code: string) => Object.assign(new Error('private words'), { code });

  it('Fresh 1.3: a port that another process listens on is named, and how to find a free one', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const message = await refusalOf({ HOST: '127.0.0.1', PORT: String(port) });
    expect(message).toMatch(
      new RegExp(
        `^Cannot listen on HOST=127\\.0\\.0\\.1 and PORT=${port} \\(EADDRINUSE\\): another process .* or to 0 `,
      ),
    );
    expect(settingsIn(message)).toEqual(['PORT']);
  });

  it('Fresh 1.3: an address of another machine is named, and which addresses there are', async () => {
    const message = await refusalOf({ HOST: '192.0.2.1', PORT: '0' });
    expect(message).toMatch(
      /^Cannot listen on HOST=192\.0\.2\.1 and PORT=0 \(EADDRNOTAVAIL\): .* no such address.* 127\.0\.0\.1 .* 0\.0\.0\.0 /,
    );
    expect(settingsIn(message)).toEqual(['HOST']);
  });

  it.each([
    ['EADDRINUSE', ['PORT'], /another process/],
    ['EACCES', ['PORT'], /below 1024; set PORT to 1024 or more/],
    ['EADDRNOTAVAIL', ['HOST'], /no such address/],
    ['EAFNOSUPPORT', ['HOST'], /address family/],
    ['ENOTFOUND', ['HOST'], /does not resolve/],
    ['EAI_AGAIN', ['HOST'], /could not be resolved/],
    ['EINVAL', ['HOST', 'PORT'], /127\.0\.0\.1 .* 0\.0\.0\.0 /],
  ])('Fresh 1.3: a listen error tells which setting to change: %s, %j', (code, settings, reason) => {
    const message = messageFor(failed(code));
    expect(message).toMatch(
      new RegExp(`^Cannot listen on HOST=127\\.0\\.0\\.1 and PORT=80 \\(${code}\\): [^\\n]+\\.$`),
    );
    expect(message).toMatch(reason);
    expect(settingsIn(message)).toEqual(settings);
    expect(message).not.toContain('private words');
  });

  it.each([['a text'], [undefined], [new Error('private words')], [{ code: 'EACCES' }]])(
    'Fresh 1.3: a listen error without a code names both settings: %o',
    (error) => {
      const message = messageFor(error);
      expect(message).toMatch(/^Cannot listen on HOST=127\.0\.0\.1 and PORT=80 \(unknown\): /);
      expect(settingsIn(message)).toEqual(['HOST', 'PORT']);
    },
  );
});

describe('The printed address', () => {
  it.each([
    ['0.0.0.0', '0.0.0.0', 'http://localhost:4000'],
    ['::', '::', 'http://localhost:4000'],
    ['127.0.0.1', '127.0.0.1', 'http://127.0.0.1:4000'],
    ['::1', '::1', 'http://[::1]:4000'],
    ['fe80::1%eth0', 'fe80::1%eth0', 'http://[fe80::1%25eth0]:4000'],
    ['gateway.internal', '10.0.0.7', 'http://gateway.internal:4000'],
    ['all.internal', '0.0.0.0', 'http://localhost:4000'],
  ])('Newcomer: with HOST=%s, resolved to %s, the printed address is %s', (host, address, url) => {
    expect(linkTo({ host, port: 0 }, { address, port: 4000, family: '' })).toBe(url);
  });
});
