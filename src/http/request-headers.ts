import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { acceptedCodings } from './content-coding.ts';
import type { Credentials } from '../upstream/caller.ts';
import { HttpError } from './http-error.ts';
import { refusals } from './refusals.ts';
import { graphqlType, htmlType, jsonType, preferredType, type MediaType } from './media-types.ts';
import { isCredential } from '../text.ts';

/** With less time than this, no upstream call is worth starting. */
const minTimeoutMs = 100;

/** The client's own time limit, if it is shorter than the gateway's. Ignores anything but a number of milliseconds. */
export function readTimeout({ headers }: IncomingMessage, longestMs: number): number {
  const header = headers['x-request-timeout-ms'];
  if (typeof header !== 'string' || !/^\d{1,9}$/.test(header)) return longestMs;
  return Math.min(longestMs, Math.max(minTimeoutMs, Number(header)));
}

/** The client's request id if it is safe to log, else a fresh one. */
export function readRequestId({ headers }: IncomingMessage): string {
  const header = headers['x-request-id'];
  return typeof header === 'string' && /^[\w.-]{1,128}$/.test(header) ? header : randomUUID();
}

/** The caller's credentials; undefined when one is missing, repeated or malformed. Only the workspace can verify them. */
export function readCredentials({ rawHeaders, socket: connection }: IncomingMessage): Credentials | undefined {
  const userId = onlyCredential(linesOf(rawHeaders, 'x-user-id'));
  const authToken = onlyCredential(linesOf(rawHeaders, 'x-auth-token'));
  return userId === undefined || authToken === undefined ? undefined : { userId, authToken, connection };
}

const onlyCredential = ([value = '', ...more]: readonly string[]): string | undefined =>
  more.length === 0 && isCredential(value) ? value : undefined;

/** The value of each line of a header. `headersDistinct` would copy all headers of the request for it. */
export function linesOf(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const line = rawHeaders[index] as string;
    if (line.length === name.length && line.toLowerCase() === name) values.push(rawHeaders[index + 1] as string);
  }
  return values;
}

export function checkMethod({ method }: IncomingMessage): void {
  if (method !== 'GET' && method !== 'POST') throw new HttpError(refusals.methodNotAllowed);
}

/** The media type of the response. Rejects clients that could not read any, before any work is done for them. */
export function negotiateMediaType({ method, headers: { accept } }: IncomingMessage, hasPage: boolean): MediaType {
  const offered =
    hasPage && method === 'GET' ? ([jsonType, graphqlType, htmlType] as const) : ([jsonType, graphqlType] as const);
  const type = preferredType(accept, offered);
  if (type === undefined) throw new HttpError(refusals.notAcceptable);
  return type;
}

/** Rejects clients that could read the response in no coding, compressed or not. */
export function checkCoding({ headers }: IncomingMessage): void {
  const { coding, plain } = acceptedCodings(headers['accept-encoding']);
  if (coding === undefined && !plain) throw new HttpError(refusals.codingNotAcceptable);
}

/** Headers that a browser sends to another site only after a CORS preflight has allowed it. */
const provesPreflight = ['apollo-require-preflight', 'x-apollo-operation-name', 'x-auth-token'] as const;

/** CSRF prevention: rejects a GET that any website could make a browser send. */
export function checkPreflight({ headers }: IncomingMessage): void {
  const type = headers['content-type'];
  if (type !== undefined && type.split(';')[0]?.trim().toLowerCase() !== jsonType) {
    throw new HttpError(refusals.contentTypeOfGet);
  }
  if (type !== undefined || provesPreflight.some((name) => (headers[name] ?? '') !== '')) return;
  throw new HttpError(refusals.noPreflight);
}

/** The gateway's own headers that request cost figures, each with its only valid value. */
const figureHeaders = [
  { header: 'X-Upstream-Report', value: '1' },
  { header: 'X-Upstream-Plan', value: 'only' },
] as const;

/** Rejects values that would silently have no effect. */
export function checkFigureHeaders({ headers }: IncomingMessage): void {
  for (const { header, value } of figureHeaders) {
    const given = headers[header.toLowerCase()];
    if (given === undefined || given === value) continue;
    throw new HttpError(refusals.figureHeader(header, value));
  }
}
