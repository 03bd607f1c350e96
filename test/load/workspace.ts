import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SlowWorkspaceOptions {
  /** Calls that are worked on at a time; the others wait, however many they are. */
  readonly workers: number;
  readonly workMs: number;
  /** Part of the calls that end in a 503, 0 to 1; every so many-th, so that a run can be repeated. */
  readonly faultShare?: number;
}

/** A workspace of a fixed capacity that knows everybody: it answers each call with the caller's own record. */
export async function startSlowWorkspace({ workers, workMs, faultShare = 0 }: SlowWorkspaceOptions) {
  const waiting: (() => void)[] = [];
  let working = 0;
  let calls = 0;
  let received = 0;

  const answer = (response: ServerResponse, status: number, body: object) => {
    const text = JSON.stringify(body);
    response
      .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
      .end(text);
  };
  const work = (id: string, response: ServerResponse) => {
    working += 1;
    setTimeout(() => {
      calls += 1;
      if (faultShare > 0 && calls % Math.round(1 / faultShare) === 0) answer(response, 503, { success: false });
      else answer(response, 200, { _id: id, username: id, name: id, success: true });
      working -= 1;
      waiting.shift()?.();
    }, workMs);
  };

  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    received += 1;
    const id = String(request.headers['x-user-id']);
    if (working < workers) work(id, response);
    else waiting.push(() => work(id, response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    /** Calls that arrived so far. */
    received: () => received,
    async close(): Promise<void> {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
