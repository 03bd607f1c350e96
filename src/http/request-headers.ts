import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { BadRequest } from './bad-request.ts';

/** With less time than this no call would be worth beginning. */
const minTimeoutMs = 100;

/** A client that waits less than the gateway would may say so; what is not a number of milliseconds is ignored. */
export function readTimeout({ headers }: IncomingMessage, longestMs: number): number {
  const header = headers['x-request-timeout-ms'];
  if (typeof header !== 'string' || !/^\d{1,9}$/.test(header)) return longestMs;
  return Math.min(longestMs, Math.max(minTimeoutMs, Number(header)));
}

/** The client's id if it is safe to log, else a fresh one. */
export function readRequestId({ headers }: IncomingMessage): string {
  const header = headers['x-request-id'];
  return typeof header === 'string' && /^[\w.-]{1,128}$/.test(header) ? header : randomUUID();
}

export function checkMethod({ method }: IncomingMessage): void {
  if (method === 'GET' || method === 'POST') return;
  const refusal = new BadRequest(405, 'Send the query by POST, or by GET.');
  refusal.answer.headers.set('allow', 'GET, POST');
  throw refusal;
}

/** Media types that an answer can have; a browser that opens the address takes HTML first. */
const acceptable = /\*\/\*|application\/(?:\*|json|graphql-response\+json)/i;

/** Refuses a client that could not read the answer before anything is asked for it. */
export function checkAccept({ method, headers: { accept } }: IncomingMessage): void {
  if (accept === undefined || acceptable.test(accept) || (method === 'GET' && accept.includes('text/html'))) return;
  throw new BadRequest(406, 'The answer is application/json or application/graphql-response+json: accept one of them.');
}

/** Our own headers that ask for figures, each with the one value that it can have. */
const figureHeaders = [
  { header: 'X-Upstream-Report', value: '1' },
  { header: 'X-Upstream-Plan', value: 'only' },
] as const;

/** Refuses values that would silently do nothing. */
export function checkFigureHeaders({ headers }: IncomingMessage): void {
  for (const { header, value } of figureHeaders) {
    const given = headers[header.toLowerCase()];
    if (given === undefined || given === value) continue;
    throw new BadRequest(400, `\`${header}\` can only be \`${value}\`: send that, or leave it out.`);
  }
}
