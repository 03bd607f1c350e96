import { isIP } from 'node:net';
import { z } from 'zod';

/** Schemas of single settings. Each message says what is expected, and none repeats the value, which can be a secret. */

export const choice = <const T extends readonly string[]>(...values: T) =>
  z.enum(values, `expected ${[values.slice(0, -1).join(', '), values.at(-1)].join(' or ')}`);

export const onOrOff = choice('on', 'off').transform((value) => value === 'on');

/** Digits only: a space or `1e3` is more likely a slip than a number. */
export const wholeNumber = (min: number, max: number) => {
  const expected = `expected a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d+$/, { error: expected, abort: true })
    .transform(Number)
    .refine((value) => value >= min && value <= max, expected);
};

export const milliseconds = (max: number) => wholeNumber(1, max);

const readUrl = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

const isHttp = (url: URL | undefined): url is URL => url?.protocol === 'http:' || url?.protocol === 'https:';

const httpUrl = (expected: string) =>
  z.string().refine((text) => isHttp(readUrl(text)), { error: expected, abort: true });

export const workspaceUrl = httpUrl('expected the workspace URL, such as https://chat.example.com').refine((text) => {
  const { username, password, search, hash } = new URL(text);
  return username + password + search + hash === '';
}, 'expected a URL without credentials, query or fragment');

const isStoreUrl = (text: string): boolean => {
  const url = readUrl(text);
  if (url?.protocol !== 'redis:' && url?.protocol !== 'rediss:') return false;
  const { hostname, search, hash, pathname } = url;
  return hostname !== '' && search + hash === '' && /^(\/\d{0,5})?$/.test(pathname) && hasDecodableCredentials(url);
};

const hasDecodableCredentials = ({ username, password }: URL): boolean => [username, password].every(isDecodable);

/** Whether each `%` begins a byte, and the bytes are UTF-8. */
function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

export const storeUrl = z
  .string()
  .refine(
    isStoreUrl,
    'expected redis://host:port or rediss://host:port (TLS), with user:password@ before the host and /number of a database after it where needed; `%` in a password is %25',
  );

/** What keys of a shared store begin with. */
export const keyPrefix = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]{0,63}$/, 'expected up to 64 letters, digits, `-`, `_` and `.`, a letter or digit first');

export const serviceUrl = httpUrl('expected a URL, such as https://usage.example.com');

/** Paths are appended to it, so nothing may follow its own; URLs are read without the white space around them. */
export const endpointUrl = serviceUrl.refine((text) => {
  const url = new URL(text);
  return !/[\s\p{Cc}]/u.test(text) && url.search + url.hash === '' && hasDecodableCredentials(url);
}, 'expected a URL without query or fragment, such as http://127.0.0.1:4318; `%` in a password is %25');

/** As browsers send it: in lower case, with nothing after host and port. `*` and `null` would allow every site. */
const isOrigin = (text: string): boolean => {
  const url = readUrl(text);
  return isHttp(url) && url.origin === text;
};

export const origins = z.string().transform((text, context): readonly string[] => {
  const entries = text.split(',').map((entry) => entry.trim());
  for (const [index, entry] of entries.entries()) {
    if (entry === '' || isOrigin(entry)) continue;
    context.addIssue(
      `entry ${index + 1} is not an origin: expected one as browsers send it, such as https://app.example.com`,
    );
  }
  const given = entries.filter((entry) => entry !== '');
  if (given.length === 0) context.addIssue('expected origins separated by commas, such as https://app.example.com');
  return given;
});

/** Dot-separated labels of letters, digits, `-` and `_`. Numbers only are an IP address, or a slip in one. */
const isHostName = (text: string): boolean =>
  text.length <= 253 &&
  !/^[\d.]+$/.test(text) &&
  text
    .replace(/\.$/, '')
    .split('.')
    .every((label) => /^\w[\w-]{0,62}$/.test(label));

export const host = z
  .string()
  .refine(
    (text) => isIP(text) !== 0 || isHostName(text),
    'expected an address or name of this machine, such as 127.0.0.1, or 0.0.0.0 for all',
  );

export const headerValue = z.string().regex(/^[\x21-\x7E]+$/, 'expected a key without spaces');

/** A share from 0 to 1, in digits. */
export const share = z
  .string()
  .regex(/^\d+(\.\d+)?$/, { error: 'expected a number from 0 to 1', abort: true })
  .transform(Number)
  .refine((value) => value <= 1, 'expected a number from 0 to 1');

const isHeaderName = (text: string): boolean => /^[\w!#$%&'*+.^`|~-]+$/.test(text);

/** Headers as OpenTelemetry writes them: `name=value` pairs separated by commas, with percent signs for what is special. */
export const headerPairs = z.string().transform((text, context): Readonly<Record<string, string>> => {
  const headers: Record<string, string> = {};
  for (const [index, pair] of text.split(',').entries()) {
    const [name = '', ...rest] = pair.split('=');
    const value = decoded(rest.join('=').trim());
    if (isHeaderName(name.trim()) && value !== undefined) headers[name.trim().toLowerCase()] = value;
    else context.addIssue(`entry ${index + 1} is not a header: expected name=value, its value with %20 for a space`);
  }
  return headers;
});

/** Undefined for what no header can hold. */
function decoded(text: string): string | undefined {
  try {
    const value = decodeURIComponent(text);
    return /^[\x21-\x7E](?:[\x20-\x7E]*[\x21-\x7E])?$/.test(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
