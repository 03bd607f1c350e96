import { setTimeout as delay } from 'node:timers/promises';
import type { Account } from '../../src/demo/types.ts';
import { openRaw, rawPost } from '../support/raw-http.ts';
import {
  copiesOfMarkup,
  copiesOfSchema,
  floods,
  formOf,
  largePage,
  manyCalls,
  nodesOfMarkup,
  unfolding,
} from './hostile-queries.ts';

/** One way to do harm, again and again. An attempt tells how it was answered. */
interface Attack {
  readonly name: string;
  /** Attempts a second: what one machine can send beside everything else of this run. */
  readonly rate: number;
  readonly attempt: (index: number) => Promise<string>;
}

export interface HostileOptions {
  readonly url: string;
  readonly signal: AbortSignal;
  /** A user of the workspace who means harm, and a room of theirs with long messages. */
  readonly insider: Account;
  readonly longRoomId: string;
  /** Users whose ids strangers give for theirs. */
  readonly victims: readonly Account[];
  /** Part of the names of the attacks to make; the empty text for all. */
  readonly only: string;
}

/** Attempts of one kind under way at a time. */
const maxPending = 40;
/** Bytes that the gateway may not wait for: one at a time, so many milliseconds apart. */
const slowMs = 500;

const credentials = (id: string, token: string) => ({ 'x-user-id': id, 'x-auth-token': token });
const madeUp = (index: number) => credentials(`stranger${index}`.padEnd(17, 'x'), `made-up-${index}-`.padEnd(43, 'x'));

/** Broken in other ways than by their size: what is written on a connection each. */
const broken: readonly (string | Buffer)[] = [
  rawPost('{'),
  rawPost('{"query":"{ __typename }"}', { 'content-length': '500' }),
  rawPost('{"query":"{ __typename }"}', { 'content-length': '1000000000' }),
  rawPost('x', { 'content-encoding': 'gzip' }),
  rawPost('{"query":"{ __typename }"}', { 'transfer-encoding': 'chunked' }),
  rawPost('{"query":"{ __typename }"}', { 'x-huge': 'a'.repeat(20_000) }),
  rawPost('{"query":7,"variables":"x","extensions":[[]]}'),
  Buffer.concat([Buffer.from(rawPost('', { 'content-length': '4' })), Buffer.from([0xff, 0xfe, 0xc0, 0x80])]),
  'POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n',
  `GET /graphql?query=${'%7B'.repeat(5000)} HTTP/1.1\r\nhost: a\r\n\r\n`,
  'POST /graphql HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n',
  'hello\r\n\r\n',
];

function attacksOf({ url, signal, insider, longRoomId, victims }: HostileOptions): Attack[] {
  const own = credentials(insider.id, insider.token);

  const post = async (body: string, headers: Record<string, string> = {}, leaveAfterMs = 20_000): Promise<string> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(leaveAfterMs)]),
    });
    await response.arrayBuffer();
    return String(response.status);
  };
  const ask = (query: string, headers?: Record<string, string>, variables?: unknown, leaveAfterMs?: number) =>
    post(JSON.stringify({ query, variables }), headers, leaveAfterMs);

  /** Writes something, then does what it wants until the other side has had enough. */
  const onConnection = async (
    bytes: string | Buffer,
    goOn: (write: (bytes: string) => void) => Promise<void>,
  ): Promise<string> => {
    const { socket, closed, received } = await openRaw(url);
    const leave = () => socket.destroy();
    signal.addEventListener('abort', leave);
    socket.write(bytes);
    await Promise.race([closed, goOn((more) => void socket.write(more))]);
    socket.destroy();
    signal.removeEventListener('abort', leave);
    return /HTTP\/1\.1 (\d{3})/.exec(received())?.[1] ?? 'closed';
  };
  const pause = (ms: number) => delay(ms, undefined, { signal }).catch(() => undefined);

  return [
    {
      name: 'new documents, each in many forms, with made-up credentials',
      rate: 40,
      attempt: (index) => ask(unfolding(Math.floor(index / 18)), madeUp(Math.floor(index / 18)), formOf(index)),
    },
    { name: 'the schema in hundreds of copies', rate: 2, attempt: () => ask(copiesOfSchema) },
    {
      name: 'all nodes of long messages under many names',
      rate: 1,
      attempt: () => ask(nodesOfMarkup(longRoomId), own),
    },
    { name: 'long messages as JSON under many names', rate: 1, attempt: () => ask(copiesOfMarkup(longRoomId), own) },
    { name: 'queries of many calls', rate: 5, attempt: () => ask(manyCalls, own) },
    {
      name: 'queries whose client leaves at once',
      rate: 10,
      attempt: (index) => ask(manyCalls, own, undefined, 1 + (index % 20)),
    },
    {
      name: 'floods of aliases, tokens, levels and variables',
      rate: 10,
      attempt: (index) => post(floods[index % floods.length] ?? '', madeUp(index)),
    },
    {
      name: 'users’ ids with other tokens',
      rate: 20,
      attempt: (index) =>
        ask(
          '{ viewer { user { name } } }',
          credentials(victims[index % victims.length]?.id ?? '', `stolen-${index}-`.padEnd(43, 'x')),
        ),
    },
    {
      name: 'broken requests',
      rate: 20,
      attempt: (index) => onConnection(broken[index % broken.length] ?? '', () => pause(2000)),
    },
    {
      name: 'slow senders',
      rate: 4,
      attempt: () =>
        onConnection(rawPost('', { ...madeUp(0), 'content-length': '90000' }), async (write) => {
          for (let sent = 0; sent < 60 && !signal.aborted; sent += 1) {
            await pause(slowMs);
            write(sent === 0 ? `{"query":"${'x'.repeat(60_000)}` : 'x');
          }
        }),
    },
    {
      name: 'readers that do not read',
      rate: 1,
      attempt: () => {
        const request = rawPost(JSON.stringify({ query: largePage(longRoomId) }), own);
        return onUnread(url, request.repeat(2), signal);
      },
    },
  ];
}

/** Asks, and reads nothing of what comes for a while. */
async function onUnread(url: string, bytes: string, signal: AbortSignal): Promise<string> {
  const { socket } = await openRaw(url);
  socket.pause();
  socket.write(bytes);
  await delay(20_000, undefined, { signal }).catch(() => undefined);
  socket.destroy();
  return 'unread';
}

/** What became of the attempts of each kind. */
export type Tally = ReadonlyMap<string, Map<string, number>>;

/** Attacks in every way at once, until told to stop. */
export function attack(options: HostileOptions): Promise<Tally> {
  const { signal, only } = options;
  const chosen = attacksOf(options).filter(({ name }) => name.includes(only));
  if (chosen.length === 0) throw new Error(`No attack has “${only}” in its name.`);
  return Promise.all(chosen.map(async (one) => [one.name, await repeat(one, signal)] as const)).then(
    (tally) => new Map(tally),
  );
}

/** Attempts at a rate, whether or not they are answered; counts what became of them. */
async function repeat({ rate, attempt }: Attack, signal: AbortSignal): Promise<Map<string, number>> {
  const outcomes = new Map<string, number>();
  const pending = new Set<Promise<void>>();
  for (let index = 0; !signal.aborted; index += 1) {
    if (pending.size < maxPending) {
      const one: Promise<void> = attempt(index)
        .catch(() => 'no answer')
        .then((outcome) => {
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
          pending.delete(one);
        });
      pending.add(one);
    }
    await delay(1000 / rate, undefined, { signal }).catch(() => undefined);
  }
  await Promise.all(pending);
  return outcomes;
}
