import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startTestGateway } from '../support/gateway.ts';
import { sessionOf } from '../support/live-room.ts';
import { patientFetch } from './patient-fetch.ts';
import { headersOf } from './session.ts';

type Answer = readonly [status: number, headers?: Readonly<Record<string, string>>];

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

/** Asks a server that gives these answers one after another; returns the last answer, and how many were asked for. */
async function ask(...answers: readonly Answer[]): Promise<[status: number, asked: number]> {
  let asked = 0;
  server = createServer((request, response) => {
    const [status, headers] = answers[asked] ?? expect.unreachable('asked too often');
    asked += 1;
    request.resume().on('end', () => response.writeHead(status, headers).end(`${asked}`));
  });
  await new Promise<void>((listening) => server?.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const response = await patientFetch(`http://127.0.0.1:${port}`, { method: 'POST', body: '{}' });
  expect(await response.text()).toBe(`${asked}`);
  return [response.status, asked];
}

const now = { 'retry-after': '0' };

describe('A patient fetch', () => {
  it.each<[string, readonly Answer[], [number, number]]>([
    ['a good answer at once', [[200, now]], [200, 1]],
    ['what is refused for now, until it is not', [[503, now], [429, now], [200]], [200, 3]],
    [
      'three refusals as the third',
      [
        [503, now],
        [503, now],
        [503, now],
      ],
      [503, 3],
    ],
    ['a refusal with a long hint at once', [[429, { 'retry-after': '6' }]], [429, 1]],
    ['a refusal without a hint at once', [[503]], [503, 1]],
    [
      'a refusal with a hint that is no number at once',
      [[503, { 'retry-after': 'Thu, 26 Nov 2026 03:00:00 GMT' }]],
      [503, 1],
    ],
    ['any other failure at once', [[500, now]], [500, 1]],
  ])('returns %s', async (_what, answers, expected) => {
    expect(await ask(...answers)).toEqual(expected);
  });

  it('understands the hint of a gateway whose caller has spent their allowance', async () => {
    const gateway = await startTestGateway({ env: { CALLER_CALLS_PER_MINUTE: '60', MAX_UPSTREAM_CALLS: '60' } });
    const body = JSON.stringify({
      query: '{ viewer { directMessages(first: 50) { nodes { messages { totalCount } } } } }',
    });
    const headers = { 'content-type': 'application/json', ...headersOf(sessionOf(gateway)) };
    const statusOf = async () =>
      (await patientFetch(`${gateway.url}/graphql`, { method: 'POST', headers, body })).status;
    expect([await statusOf(), await statusOf()]).toEqual([200, 429]);
  });
});
