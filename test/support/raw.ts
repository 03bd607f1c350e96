import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { expect } from 'vitest';
import type { Caller, TestGateway } from './gateway.ts';

/** One HTTP response, uninterpreted. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as it came, compressed or not. */
  readonly bytes: Buffer;
}

export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  /** A list sends the header once for each value; undefined leaves out a default. */
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  /** Whose credentials to send; null: none. */
  readonly as?: Caller | null;
}

/** Sends one request on a new connection; by default a POST of JSON with the member's credentials. */
export function sendRaw(
  { url, demo }: Pick<TestGateway, 'url'> & Partial<Pick<TestGateway, 'demo'>>,
  { method = 'POST', path = '/graphql', headers = {}, body, as = demo?.world.member ?? null }: RawRequest,
): Promise<RawAnswer> {
  const all: OutgoingHttpHeaders = {
    ...(method === 'POST' && { 'content-type': 'application/json' }),
    ...(as !== null && { 'x-user-id': as.id, 'x-auth-token': as.token }),
    ...headers,
  };
  const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}${path}`, { method, headers: sent, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: bytes.toString(), bytes });
      });
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

export interface ErrorBody {
  readonly data?: unknown;
  readonly errors?: readonly { message: string; extensions?: { code?: string } }[];
}

export const bodyOf = ({ text }: RawAnswer): ErrorBody => JSON.parse(text) as ErrorBody;

/** Expects a rejected request: JSON, not cacheable, with this status and code, and no upstream call. */
export function expectRefused(gateway: TestGateway, answer: RawAnswer, status: number, code: string): void {
  const body = bodyOf(answer);
  expect({
    status: answer.status,
    type: answer.headers['content-type'],
    cache: answer.headers['cache-control'],
    codes: [...new Set(body.errors?.map(({ extensions }) => extensions?.code))],
    calls: gateway.demo.callLines(),
  }).toEqual({ status, type: 'application/json; charset=utf-8', cache: 'no-store', codes: [code], calls: [] });
  expect(body.data ?? null).toSatisfy(
    (data) => data === null || Object.values(data as object).every((value) => value === null),
  );
  expect(answer.text).not.toMatch(/\n\s+at |node_modules|stacktrace/);
}
