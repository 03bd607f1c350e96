import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { settings } from '../../src/config/settings.ts';
import { ask, codeOf, headersOf, startBehindNginx, viewer } from '../support/behind-nginx.ts';
import { projectPath } from '../support/child.ts';
import { openDemo } from '../support/demo.ts';
import { startTestGateway } from '../support/gateway.ts';
import { metricOf } from '../support/metric.ts';
import { startNginx } from '../support/nginx.ts';

describe('deploy/nginx.conf: connections and instances', () => {
  test('requests of many clients take turns on few connections to the gateway', async () => {
    const { gateway, nginx } = await startBehindNginx({ METRICS: 'on' });
    for (let sent = 0; sent < 20; sent += 1) expect((await ask(nginx, gateway)).status).toBe(200);
    // nginx's, and that of this request for the metrics.
    expect(await metricOf(gateway, 'gateway_connections')).toBe(2);
  });

  test('a request that meets a closing connection is sent once more: no 502', async () => {
    const closing = await startClosing();
    const nginx = await startNginx([closing.url]);
    for (let sent = 0; sent < 5; sent += 1) {
      expect(await nginx.fetch('/graphql', {}, viewer)).toMatchObject({ status: 200, text: '{"data":{}}' });
    }
    // Of each connection but the first, one request was lost with the connection before it.
    expect(closing.requests()).toBe(9);
  });

  test('a request that instances die of meets two of them, not all', async () => {
    const dying = await Promise.all([1, 2, 3].map(() => startServer((socket) => socket.destroy())));
    const nginx = await startNginx(dying.map(({ url }) => url));
    const answer = await nginx.fetch('/graphql', {}, viewer);
    expect([answer.status, codeOf(answer.text)]).toEqual([503, 'OVERLOADED']);
    expect(dying.map(({ requests }) => requests()).toSorted((a, b) => a - b)).toEqual([0, 1, 1]);
  });

  test('a response for a slow reader waits in the gateway: nginx writes nothing to disk', async () => {
    const bytes = 32 * 1024 * 1024;
    const large = await startServer((socket) =>
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${bytes}\r\n\r\n${'x'.repeat(bytes)}`),
    );
    const nginx = await startNginx([large.url]);
    const { status, text } = await nginx.fetch('/graphql', {}, viewer, { readsAfterMs: 500 });
    expect([status, text.length]).toEqual([200, bytes]);
    expect(nginx.child.stderr).not.toContain('temporary file');
  });

  test('a user stays with one instance, moves when it stops, and no request fails meanwhile', async () => {
    const demo = await openDemo();
    const [one, two] = [await startTestGateway({ demo }), await startTestGateway({ demo })];
    const nginx = await startNginx([one.url, two.url]);
    const served = () => [one, two].map(({ logs }) => logs.filter(({ requestId }) => requestId !== undefined).length);
    for (let sent = 0; sent < 10; sent += 1) expect((await ask(nginx, one)).status).toBe(200);
    expect(served().toSorted((a, b) => a - b)).toEqual([0, 10]);

    const [staying, leaving] = served()[0] === 10 ? [two, one] : [one, two];
    const statuses: number[] = [];
    const sending = (async () => {
      while (statuses.length < 40)
        statuses.push(...(await Promise.all([1, 2, 3].map(() => ask(nginx, one)))).map(({ status }) => status));
    })();
    await leaving.close();
    await sending;
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(staying.logs.length).toBeGreaterThan(0);
  });

  test('users spread over the instances', async () => {
    const demo = await openDemo();
    const [one, two] = [await startTestGateway({ demo }), await startTestGateway({ demo })];
    const nginx = await startNginx([one.url, two.url]);
    const ids = Array.from({ length: 40 }, (_, index) => `user${index}`);
    await Promise.all(ids.map((id) => nginx.fetch('/graphql', { headers: headersOf({ id, token: 'any' }) }, viewer)));
    for (const { logs } of [one, two]) expect(logs.length).toBeGreaterThan(0);
  });

  test('when no instance can be reached, clients get OVERLOADED and a time to come back', async () => {
    const { gateway, nginx } = await startBehindNginx();
    await gateway.close();
    const answer = await ask(nginx, gateway);
    expect([answer.status, codeOf(answer.text)]).toEqual([503, 'OVERLOADED']);
    expect(answer.headers).toMatchObject({
      'retry-after': '1',
      'cache-control': 'no-store',
      'strict-transport-security': 'max-age=31536000',
    });
    await expect.poll(() => nginx.accesses()[0]?.['requestId']).toBe(answer.headers['x-request-id']);
  });

  test('the file’s timeouts fit the gateway’s: idle connections end in nginx first, answers end in the gateway first', () => {
    const text = readFileSync(join(projectPath, 'deploy/nginx.conf'), 'utf8');
    const secondsOf = (directive: string) => Number(new RegExp(`^ *${directive} (\\d+)s;$`, 'm').exec(text)?.[1]);
    const msOf = (name: 'KEEP_ALIVE_TIMEOUT_MS' | 'REQUEST_TIMEOUT_MS') =>
      Number(settings[name].default.replaceAll('`', ''));
    expect(secondsOf('keepalive_timeout') * 1000).toBeLessThanOrEqual(msOf('KEEP_ALIVE_TIMEOUT_MS') - 5000);
    expect(secondsOf('proxy_read_timeout') * 1000).toBeGreaterThanOrEqual(msOf('REQUEST_TIMEOUT_MS') + 5000);
  });
});

/** Answers the first request on each connection, and closes the connection when the second arrives: a keep-alive race. */
const startClosing = () =>
  startServer((socket, isFirst) => {
    if (isFirst) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{"data":{}}');
    else socket.destroy();
  });

/** Does with each request what no real gateway does, and counts them. */
async function startServer(answer: (socket: Socket, isFirst: boolean) => void) {
  let requests = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    let isFirst = true;
    socket.on('data', (data) => {
      if (!data.includes('viewer')) return;
      requests += 1;
      answer(socket, isFirst);
      isFirst = false;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: () => requests };
}
