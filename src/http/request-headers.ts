import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Credentials } from '../upstream/caller.ts';
import { HttpError } from './http-error.ts';
import { refusals } from './refusals.ts';
import { graphqlAnswer, jsonAnswer, page, preferredType, type AnswerType } from './media-types.ts';

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

/** Printable ASCII of bounded length: Rocket.Chat's header values are no others. */
const credentialForm = /^[\x21-\x7E]{1,256}$/;

/** The caller's credentials; undefined when one is missing, repeated or malformed. Only the workspace can verify them. */
export function readCredentials({ headersDistinct }: IncomingMessage): Credentials | undefined {
  const userId = onlyValue(headersDistinct['x-user-id']);
  const authToken = onlyValue(headersDistinct['x-auth-token']);
  return userId === undefined || authToken === undefined ? undefined : { userId, authToken };
}

const onlyValue = (values: string[] | undefined): string | undefined =>
  values?.length === 1 && credentialForm.test(values[0] ?? '') ? values[0] : undefined;

export function checkMethod({ method }: IncomingMessage): void {
  if (method !== 'GET' && method !== 'POST') throw new HttpError(refusals.methodNotAllowed);
}

/** What the answer will be; refuses a client that could not read any, before anything is asked for it. */
export function readAnswerType({ method, headers: { accept } }: IncomingMessage, hasPage: boolean): AnswerType {
  const offered =
    hasPage && method === 'GET' ? ([jsonAnswer, graphqlAnswer, page] as const) : ([jsonAnswer, graphqlAnswer] as const);
  const type = preferredType(accept, offered);
  if (type === undefined) throw new HttpError(refusals.notAcceptable);
  return type;
}

/** A browser sends each of these to another site only where that site has allowed it before. */
const provesPreflight = ['apollo-require-preflight', 'x-apollo-operation-name', 'x-auth-token'] as const;

/** Refuses a GET that any web page could make a browser send. */
export function checkPreflight({ headers }: IncomingMessage): void {
  const type = headers['content-type'];
  if (type !== undefined && type.split(';')[0]?.trim().toLowerCase() !== jsonAnswer) {
    throw new HttpError(refusals.contentTypeOfGet);
  }
  if (type !== undefined || provesPreflight.some((name) => (headers[name] ?? '') !== '')) return;
  throw new HttpError(refusals.noPreflight);
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
    throw new HttpError(refusals.figureHeader(header, value));
  }
}
