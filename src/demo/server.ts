import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { FaultBox, type Fault } from './faults.ts';
import { Limiter } from './limiter.ts';
import { answerCall, type Answer, type Incoming } from './pipeline.ts';
import { readableQuery } from './query-string.ts';
import { defaultSettings, type Settings } from './settings.ts';
import { createWorld } from './seed.ts';
import type { World } from './world.ts';

export interface DemoOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly host?: string;
  readonly dialect?: 'R7' | 'R8';
  /** Whether the workspace has the licence for read receipts. */
  readonly licensed?: boolean;
  /** If false, every list of receipts is empty. */
  readonly storeReceipts?: boolean;
  readonly keepHistory?: boolean;
  readonly showDeletedStatus?: boolean;
  readonly useRealName?: boolean;
  readonly hideSystemMessages?: readonly string[];
  readonly upperCount?: number;
  readonly defaultCount?: number;
  readonly allowInfinite?: boolean;
  /** Off by default. */
  readonly rateLimit?: { calls: number; ms: number } | false;
  /** Whether `im.messages.others` is enabled. */
  readonly directHistoryEndpoint?: boolean;
  readonly latencyMs?: number;
  /** How many of the latest calls to keep; all by default. */
  readonly keptCalls?: number;
  readonly world?: World;
}

export interface UpstreamCall {
  /** Such as `dm.messages`. */
  readonly endpoint: string;
  /** As received, in the same order. */
  readonly query: Record<string, string>;
  readonly userId: string | undefined;
  /** 0 until the response is sent. */
  status: number;
  readonly headers: IncomingHttpHeaders;
  /** Epoch milliseconds. */
  readonly at: number;
}

export type ChangeableOption =
  | 'dialect'
  | 'licensed'
  | 'storeReceipts'
  | 'keepHistory'
  | 'showDeletedStatus'
  | 'useRealName'
  | 'hideSystemMessages'
  | 'upperCount'
  | 'rateLimit'
  | 'latencyMs'
  | 'directHistoryEndpoint';

export interface DemoWorkspace {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly world: World;
  /** The calls kept, in order of arrival. */
  readonly calls: UpstreamCall[];
  /** `dm.messages?roomId=…&count=…`, decoded. */
  callLines(): string[];
  fail(endpoint: string, fault: Fault): void;
  heal(endpoint?: string): void;
  resetCalls(): void;
  configure(options: Partial<Pick<DemoOptions, ChangeableOption>>): void;
  close(): Promise<void>;
}

const apiRoot = '/api/v1/';
const usualHeaders = { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' };

const emptyAnswer: Answer = { status: 200, headers: {}, body: {} };

function readCall(request: IncomingMessage): { call: UpstreamCall; search: string } {
  const [path = '', search = ''] = (request.url ?? '').split(/\?(.*)/s);
  const { headers } = request;
  const userId = headers['x-user-id'];
  const call: UpstreamCall = {
    endpoint: path.startsWith(apiRoot) ? path.slice(apiRoot.length) : path,
    query: readableQuery(search),
    userId: typeof userId === 'string' ? userId : undefined,
    status: 0,
    headers,
    at: Date.now(),
  };
  return { call, search };
}

async function readIncoming(request: IncomingMessage, call: UpstreamCall, search: string): Promise<Incoming> {
  const { method = 'GET', socket } = request;
  const body = method === 'GET' ? '' : await readBody(request);
  const { endpoint, headers } = call;
  return { method, endpoint, search, headers, remoteAddress: socket.remoteAddress ?? '', body };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Lower-cases names, so that a fault's `Content-Type` replaces the default. */
const lowerCased = (headers: Record<string, string> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** Turns the normal response into the fault's. */
function applyFault({ status, headers, body, transform }: Fault, answer: Answer): { answer: Answer; body: unknown } {
  const changed = {
    ...answer,
    status: status ?? answer.status,
    headers: { ...answer.headers, ...lowerCased(headers) },
  };
  if (transform) return { answer: changed, body: transform(structuredClone(answer.body)) };
  if (body !== undefined) return { answer: changed, body };
  return { answer: changed, body: status === undefined ? answer.body : { success: false } };
}

function send(response: ServerResponse, status: number, headers: Record<string, string>, body: unknown): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { ...usualHeaders, ...headers, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

/** Whether the fault replaces the response, so that the workspace never sees the call. */
const replacesAnswer = ({ status, body, transform }: Fault): boolean =>
  transform === undefined && (status !== undefined || body !== undefined);

/** Resolves with the port. */
function listen(server: Server, port: number, host: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once('error', reject);
  server.listen(port, host, () => {
    const address = server.address();
    resolve(typeof address === 'object' && address !== null ? address.port : port);
  });
  return promise;
}

function close(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  return promise;
}

function lineOf({ endpoint, query }: UpstreamCall): string {
  const pairs = Object.entries(query).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? endpoint : `${endpoint}?${pairs.join('&')}`;
}

/** A Rocket.Chat workspace on the loopback: its direct-message endpoints over data in memory. */
export async function startDemo(options: DemoOptions = {}): Promise<DemoWorkspace> {
  const {
    port = 0,
    host = '127.0.0.1',
    world = createWorld(),
    keptCalls = Number.POSITIVE_INFINITY,
    ...given
  } = options;
  const settings: Settings = { ...defaultSettings, ...given };
  const workspace = { world, settings, limiter: new Limiter() };
  const faults = new FaultBox();
  const calls: UpstreamCall[] = [];

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { call, search } = readCall(request);
    calls.push(call);
    if (calls.length > keptCalls) calls.shift();
    const fault = faults.take(call) ?? {};
    const delayMs = (fault.delayMs ?? 0) + settings.latencyMs;
    if (delayMs > 0) await sleep(delayMs, undefined, { ref: false });
    if (fault.hang === true) return;
    if (fault.reset === true) {
      request.socket.destroy();
      return;
    }
    const normal = replacesAnswer(fault)
      ? emptyAnswer
      : answerCall(await readIncoming(request, call, search), workspace);
    const { answer, body } = applyFault(fault, normal);
    call.status = answer.status;
    const contentType = fault.contentType === undefined ? {} : { 'content-type': fault.contentType };
    send(response, answer.status, { ...answer.headers, ...contentType }, body);
  }

  const server = createServer((request, response) => {
    receive(request, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) return;
      send(response, 500, {}, { success: false, error: `The demo itself failed: ${String(error)}` });
    });
  });
  server.keepAliveTimeout = 60_000; // so that no idle connection closes just as a client reuses it

  const url = `http://${host}:${await listen(server, port, host)}`;
  return {
    url,
    world,
    calls,
    callLines: () => calls.map(lineOf),
    fail: (endpoint, fault) => faults.add(endpoint, fault),
    heal: (endpoint) => faults.heal(endpoint),
    resetCalls() {
      calls.length = 0;
    },
    configure(changes) {
      Object.assign(settings, changes);
      if (changes.rateLimit !== undefined) workspace.limiter.reset();
    },
    close: () => close(server),
  };
}
