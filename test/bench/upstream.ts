import { createServer } from 'node:http';
import {
  countersOf,
  messagesPage,
  ownRooms,
  receiptsOf,
  roomAt,
  roomOfId,
  roomsPage,
  subscriptions,
} from './workspace.ts';
import { callerId } from './workloads.ts';

/** A workspace that answers prepared bytes: what stands behind both contenders, in a process of its own. */
const endpoints: Readonly<Record<string, ((params: URLSearchParams) => object) | undefined>> = {
  'im.counters': (params) => countersOf(roomOfId(textOf(params, 'roomId'))),
  'dm.messages': (params) =>
    messagesPage(roomOfId(textOf(params, 'roomId')), Number(params.get('offset')), Number(params.get('count'))),
  'im.list': (params) => roomsPage(Number(params.get('offset')), Number(params.get('count'))),
  'subscriptions.get': subscriptions,
  'rooms.get': ownRooms,
  'rooms.info': (params) => ({ room: roomAt(roomOfId(textOf(params, 'roomId'))) }),
  'chat.getMessageReadReceipts': (params) => {
    const messageId = textOf(params, 'messageId');
    return receiptsOf(roomOfId(messageId), messageId);
  },
};

const textOf = (params: URLSearchParams, name: string): string => params.get(name) ?? '';

interface Prepared {
  readonly endpoint: string;
  readonly status: number;
  readonly body: Buffer;
}

const prepared = new Map<string, Prepared>();

function prepare(address: string): Prepared {
  const { pathname, searchParams } = new URL(address, 'http://upstream');
  const endpoint = pathname.replace('/api/v1/', '');
  const answer = endpoints[endpoint]?.(searchParams);
  const body = answer === undefined ? { success: false, error: 'unknown endpoint' } : { ...answer, success: true };
  return { endpoint, status: answer === undefined ? 404 : 200, body: Buffer.from(JSON.stringify(body)) };
}

/** Calls since the last message, by endpoint. */
let calls: Record<string, number> = {};

/** How long every answer waits, milliseconds. */
let latencyMs = 0;

/** All callers are in the same rooms: a room's id begins with its caller's, whoever that is. */
const callerInRoomId = /(?<=roomId=)[^&]{17}/;

const server = createServer((req, res) => {
  const address = (req.url ?? '').replace(callerInRoomId, callerId);
  const known = prepared.get(address) ?? prepare(address);
  prepared.set(address, known);
  const { endpoint, status, body } = known;
  calls[endpoint] = (calls[endpoint] ?? 0) + 1;
  res.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'private, no-store',
    'x-ratelimit-limit': '100000',
    'x-ratelimit-remaining': '99999',
    'x-ratelimit-reset': Date.now() + 60_000,
    'content-length': body.length,
  });
  if (latencyMs === 0) res.end(body);
  else setTimeout(() => res.end(body), latencyMs);
});

/** Sets the latency, and answers the calls since the last message. */
process.on('message', (message: { readonly latencyMs: number }) => {
  process.send?.(calls);
  calls = {};
  ({ latencyMs } = message);
});
process.on('disconnect', () => process.exit());
server.listen(Number(process.env['PORT']), '127.0.0.1');
