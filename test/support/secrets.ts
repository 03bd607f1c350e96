import type { DemoWorkspace } from '../../src/demo/server.ts';

/** Planted in upstream's error texts by the tests that make it fail: nothing of those may reach a client or a log. */
export const upstreamMark = 'UPSTREAM-INTERNAL-7f3a';

/** What may appear nowhere, and what it is. */
const secrets = new Map<string, string>([
  [upstreamMark, 'a text of the workspace that is not for clients'],
  ['\n    at ', 'a stack'],
  ['\\n    at ', 'a stack'],
]);
const guarded = new Set<string>();
const leaks: string[] = [];

/** Another secret, until the returned function is called. */
export function plant(what: string, secret: string): () => void {
  secrets.set(secret, what);
  return () => void secrets.delete(secret);
}

/** Looks from now on at every answer of this gateway for the tokens of its workspace's users and for its address. */
export function guardSecrets(gatewayUrl: string, { url, world }: DemoWorkspace): () => void {
  guarded.add(gatewayUrl);
  const releases = world.accounts.map(({ username, token }) => plant(`the token of ${username}`, token));
  releases.push(plant('the address of the workspace', new URL(url).host));
  return () => {
    guarded.delete(gatewayUrl);
    for (const release of releases) release();
  };
}

export const isGuarded = (url: string): boolean => [...guarded].some((origin) => url.startsWith(`${origin}/`));

/** Notes the secrets in a text that leaves the gateway. */
export function inspect(where: string, text: string): void {
  for (const [secret, what] of secrets)
    if (text.includes(secret)) leaks.push(`${what} in ${where}: ${text.slice(0, 500)}`);
}

/** What was found since the last time. */
export const takeLeaks = (): string[] => leaks.splice(0);
