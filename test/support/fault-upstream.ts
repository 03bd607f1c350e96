import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { faults, send, type FaultDetails, type FaultName } from './faults.ts';
import type { TestUpstream } from './gateway.ts';
import { createRandom } from './random.ts';
import { upstreamMarker } from './secrets.ts';
import { alice, answerAs, tokenOf, tokenPrefix } from './tiny-workspace.ts';

export interface FaultCall {
  readonly endpoint: string;
  readonly query: URLSearchParams;
  readonly userId: string;
  /** As received, names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Which connection it came on, from 1. */
  readonly connection: number;
  /** Epoch milliseconds at which its connection was closed; undefined while it is open. */
  closedAt: number | undefined;
}

/** Which calls a fault meets, and how many of them; all by default. */
export interface FaultRule extends FaultDetails {
  readonly endpoint?: string;
  readonly userId?: string;
  /** Value of `roomId`. */
  readonly roomId?: string;
  /** What the whole query says. */
  readonly when?: (query: URLSearchParams) => boolean;
  readonly times?: number;
  /** Share of the calls, by a generator of fixed seed. */
  readonly share?: number;
}

/** A fake workspace on raw sockets that fails on command. */
export interface FaultUpstream extends TestUpstream {
  /** Every call received, in order. */
  readonly calls: FaultCall[];
  /** Connections opened so far, and open now. */
  readonly connections: number;
  readonly openConnections: number;
  /** Adds a fault: the latest that fits a call is the one it meets. */
  fail(name: FaultName, rule?: FaultRule): void;
  /** Takes all faults back and forgets the calls. */
  heal(): void;
  /** Closes a connection that was idle for so long. */
  closeIdleAfter(ms: number): void;
  /** Stops listening, and breaks all connections. */
  down(): Promise<void>;
  /** Listens again, on the same port. */
  up(): Promise<void>;
}

export async function startFaultUpstream(): Promise<FaultUpstream> {
  const calls: FaultCall[] = [];
  const sockets = new Set<Socket>();
  const random = createRandom(7).fraction;
  let rules: { readonly name: FaultName; readonly rule: FaultRule; left: number }[] = [];
  let connections = 0;
  let idleMs = 0;

  function onConnection(socket: Socket): void {
    const connection = (connections += 1);
    const own: FaultCall[] = [];
    let received = '';
    let hangs = false;
    sockets.add(socket);
    socket.on('error', () => undefined); // what the other side does to it is its own affair
    socket.on('close', () => {
      sockets.delete(socket);
      for (const call of own) call.closedAt ??= Date.now();
    });
    socket.on('timeout', () => socket.destroy());
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
      for (let end = received.indexOf('\r\n\r\n'); end !== -1; end = received.indexOf('\r\n\r\n')) {
        const call = readCall(received.slice(0, end), connection);
        received = received.slice(end + 4);
        calls.push(call);
        own.push(call);
        if (idleMs > 0) socket.setTimeout(idleMs);
        // HTTP responses come in the order of the requests: behind one that never comes, none does.
        if (!hangs) hangs = answer(socket, call, own.length - 1) === 'never';
      }
    });
  }

  /** Returns the fault that the call met. */
  function answer(socket: Socket, call: FaultCall, served: number): FaultName | undefined {
    const { endpoint, query, userId, headers } = call;
    const healthy = answerAs(userId, endpoint, query);
    const found = rules.findLast(({ rule, left }) => left > 0 && meets(rule, call));
    if (found !== undefined) {
      found.left -= 1;
      faults[found.name]({ ...found.rule, socket, served, answer: healthy });
    } else if (headers.get('x-auth-token') !== tokenOf(userId)) {
      send(socket, 401, { status: 'error', message: `You must be logged in to do this. ${upstreamMarker}` });
    } else send(socket, healthy.status, healthy.body);
    return found?.name;
  }

  const meets = (rule: FaultRule, call: FaultCall): boolean =>
    (rule.endpoint ?? call.endpoint) === call.endpoint &&
    (rule.userId ?? call.userId) === call.userId &&
    (rule.roomId === undefined || rule.roomId === call.query.get('roomId')) &&
    (rule.when?.(call.query) ?? true) &&
    (rule.share === undefined || random() < rule.share);

  let server = createServer(onConnection);
  const port = await listen(server, 0);
  const breakConnections = () => {
    for (const socket of sockets) socket.destroy();
  };
  const stop = () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    breakConnections();
    return closed;
  };

  return {
    url: `http://127.0.0.1:${port}`,
    caller: alice,
    tokens: [tokenPrefix],
    ownerMark: /for:(\w+)/g,
    calls,
    get connections() {
      return connections;
    },
    get openConnections() {
      return sockets.size;
    },
    fail: (name, rule = {}) => void rules.push({ name, rule, left: rule.times ?? Number.POSITIVE_INFINITY }),
    heal() {
      rules = [];
      calls.length = 0;
    },
    closeIdleAfter(ms) {
      idleMs = ms;
    },
    down: stop,
    async up() {
      server = createServer(onConnection);
      await listen(server, port);
    },
    close: stop,
  };
}

function readCall(head: string, connection: number): FaultCall {
  const [first = '', ...lines] = head.split('\r\n');
  const { pathname, searchParams } = new URL(first.split(' ')[1] ?? '', 'http://upstream');
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return {
    endpoint: pathname.replace('/api/v1/', ''),
    query: searchParams,
    userId: headers.get('x-user-id') ?? '',
    headers,
    at: Date.now(),
    connection,
    closedAt: undefined,
  };
}

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
