import type { RequestOptions } from 'node:https';
import { startTestGateway, type Caller, type TestGateway } from './gateway.ts';
import { startNginx, type TestNginx } from './nginx.ts';

/** A query that costs one call to the workspace. */
export const viewer = JSON.stringify({ query: '{ viewer { user { username } } }' });
export const headersOf = ({ id, token }: Caller) => ({
  'content-type': 'application/json',
  'x-user-id': id,
  'x-auth-token': token,
});

/** Sends the query through nginx as the demo's member. */
export const ask = (
  nginx: TestNginx,
  { demo }: TestGateway,
  headers: Record<string, string> = {},
  options: RequestOptions = {},
) => nginx.fetch('/graphql', { headers: { ...headersOf(demo.world.member), ...headers }, ...options }, viewer);

/** A gateway before the demo workspace, and nginx before it. */
export async function startBehindNginx(
  env: Record<string, string> = {},
  options: Parameters<typeof startNginx>[1] = {},
) {
  const gateway = await startTestGateway({ env });
  const nginx = await startNginx([gateway.url], options);
  return { gateway, nginx };
}

/** Code of the first error. */
export const codeOf = (text: string) =>
  (JSON.parse(text) as { errors: { extensions: { code: string } }[] }).errors[0]?.extensions.code;
