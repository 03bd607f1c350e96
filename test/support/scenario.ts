import { expect } from 'vitest';
import type { DemoWorkspace } from '../../src/demo/server.ts';
import type { Caller, GraphqlResult, TestGateway } from './gateway.ts';
import { upstreamMarker } from './secrets.ts';

/** JSON of the demo's REST responses. */
export type Json = string | number | boolean | null | undefined | readonly Json[] | JsonRecord;
export interface JsonRecord {
  readonly [key: string]: Json;
}

export const record = (value: Json): JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : {};
export const list = (value: Json): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);

/** A string field of a record, empty if missing. */
export const textAt = (value: Json, name: string): string => {
  const text = record(value)[name];
  return typeof text === 'string' ? text : '';
};

export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: JsonRecord;
}

/** The workspace's own response, requested directly with the same credentials. */
export async function askRest(
  demo: DemoWorkspace,
  endpoint: string,
  params: Readonly<Record<string, string | number>> = {},
  caller: Caller = demo.world.member,
): Promise<RestAnswer> {
  const url = new URL(`${demo.url}/api/v1/${endpoint}`);
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, String(value));
  const response = await fetch(url, { headers: { 'x-user-id': caller.id, 'x-auth-token': caller.token } });
  return { status: response.status, headers: response.headers, body: (await response.json()) as JsonRecord };
}

/** Expects responses and log without upstream's texts or address, tokens, or stacks. */
export function expectNoLeak(gateway: TestGateway, ...answers: readonly (GraphqlResult | string)[]): void {
  const told = answers.map((answer) =>
    typeof answer === 'string'
      ? answer
      : JSON.stringify([[...answer.headers], answer.data, answer.errors, answer.extensions]),
  );
  const texts = [...told, JSON.stringify(gateway.logs)];
  const secrets = [
    upstreamMarker,
    new URL(gateway.demo.url).host,
    ...gateway.demo.world.accounts.map(({ token }) => token),
    '    at ',
    'node_modules',
  ];
  for (const text of texts) for (const secret of secrets) expect(text).not.toContain(secret);
}

/** Path and code of each error. */
export const codesOf = ({ errors }: Pick<GraphqlResult, 'errors'>): string[] | undefined =>
  errors?.map(({ path, extensions }) => `${path?.join('.') ?? '(request)'}: ${String(extensions['code'])}`);
