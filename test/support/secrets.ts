/** In the error texts of the fake upstreams, which may reach no client and no log. */
export const upstreamMarker = 'UPSTREAM-INTERNAL-7f3a';

/** Texts that may appear nowhere, with what they are. */
const secrets = new Set([
  { secret: upstreamMarker, what: 'an upstream text that is not for clients' },
  { secret: '\n    at ', what: 'a stack' },
  { secret: '\\n    at ', what: 'a stack' },
]);
const guarded = new Set<string>();
const leaks: string[] = [];

/** Adds a secret until the returned function is called. */
export function plant(what: string, secret: string): () => void {
  const planted = { secret, what };
  secrets.add(planted);
  return () => void secrets.delete(planted);
}

interface Guarded {
  readonly url: string;
  readonly tokens: readonly string[];
}

/** From now on, searches every response of this gateway for its upstream's address and its users' tokens. */
export function guardSecrets(gatewayUrl: string, { url, tokens }: Guarded): () => void {
  guarded.add(gatewayUrl);
  const releases = tokens.map((token) => plant('the token of a user', token));
  releases.push(plant('the address of the workspace', new URL(url).host));
  return () => {
    guarded.delete(gatewayUrl);
    for (const release of releases) release();
  };
}

export const isGuarded = (url: string): boolean => [...guarded].some((origin) => url.startsWith(`${origin}/`));

/** Records secrets found in a text that leaves the gateway. */
export function inspect(where: string, text: string): void {
  for (const { secret, what } of secrets)
    if (text.includes(secret)) leaks.push(`${what} in ${where}: ${text.slice(0, 500)}`);
}

/** Returns the leaks found since the last call. */
export const takeLeaks = (): string[] => leaks.splice(0);
