import { environment } from './settings.ts';

/** The environment, but for empty variables. */
type Given = Readonly<Record<string, string | undefined>>;

/** Variables that are none of ours, but nearly: a limit that is misspelt would silently not hold. */
export const misspelt = (env: Given, known: readonly string[]): string[] =>
  Object.keys(env)
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      const meant = known.find((candidate) => candidate.length > 6 && isNearly(name.toUpperCase(), candidate));
      return meant === undefined ? [] : [`${name}: unknown; did you mean ${meant}?`];
    });

/** Whether one letter is wrong, missing, one too many, or swapped with its neighbour. */
function isNearly(name: string, known: string): boolean {
  let start = 0;
  while (start < known.length && name[start] === known[start]) start += 1;
  const [rest, knownRest] = [name.slice(start), known.slice(start)];
  const isSwapped = rest[1] === knownRest[0] && rest[0] === knownRest[1] && rest.slice(2) === knownRest.slice(2);
  return (
    isSwapped ||
    rest === knownRest ||
    rest.slice(1) === knownRest.slice(1) ||
    rest === knownRest.slice(1) ||
    rest.slice(1) === knownRest
  );
}

/** A setting that means nothing without another one: whoever set it believes in an effect that it has not. */
const needs: readonly (readonly [name: string, needed: string, why: string])[] = [
  ['APOLLO_KEY', 'APOLLO_GRAPH_REF', 'usage is reported with a key and to a graph'],
  ['APOLLO_GRAPH_REF', 'APOLLO_KEY', 'usage is reported with a key and to a graph'],
  ['APOLLO_USAGE_URL', 'APOLLO_KEY', 'no usage is reported without a key'],
  ['HIVE_TARGET', 'HIVE_TOKEN', 'no usage is reported without a token'],
  ['HIVE_USAGE_URL', 'HIVE_TOKEN', 'no usage is reported without a token'],
];

/** Mistakes that no variable makes alone. */
export function mistakesTogether(given: Given): string[] {
  const has = (name: string): boolean => given[name] !== undefined;
  const mistakes = new Set<string>();
  for (const [name, needed, why] of needs)
    if (has(name) && !has(needed)) mistakes.add(`${needed}: expected together with ${name}, as ${why}`);
  if (has('HIVE_TOKEN') && given['HIVE_TOKEN']?.startsWith('hvo1/') !== has('HIVE_TARGET')) {
    mistakes.add('HIVE_TARGET: expected with a token that begins with `hvo1/`, and with no other');
  }
  for (const name of ['APOLLO_GRAPH_ID', 'APOLLO_GRAPH_VARIANT']) {
    if (has(name)) mistakes.add(`${name}: expected in APOLLO_GRAPH_REF, as graph@variant; leave this one out`);
  }
  if (given['AUTOMATIC_PERSISTED_QUERIES'] === 'on' && has('PERSISTED_OPERATIONS')) {
    mistakes.add('AUTOMATIC_PERSISTED_QUERIES: expected off, as PERSISTED_OPERATIONS lets no other operations in');
  }
  if (given['TRUST_PROXY'] === 'on' && given['FORWARD_CLIENT_IP'] !== 'on') {
    mistakes.add(
      'TRUST_PROXY: expected together with FORWARD_CLIENT_IP=on, for it says whose word to take for the address that is forwarded',
    );
  }
  for (const [name, value] of [
    ['DEMO_RATE_LIMIT', 'on'],
    ['DEMO_DIALECT', 'R7'],
  ] as const) {
    if (has('ROCKETCHAT_URL') && given[name] === value) {
      mistakes.add(
        `${name}: expected without ROCKETCHAT_URL, for it is about the demo workspace; leave one of them out`,
      );
    }
  }
  return [...mistakes, ...smallAllowance(given)];
}

/** A caller whose allowance is smaller than the highest cost of a request could never send such a request. */
function smallAllowance({ MAX_UPSTREAM_CALLS, CALLER_CALLS_PER_MINUTE }: Given): string[] {
  const request = environment.shape.MAX_UPSTREAM_CALLS.safeParse(MAX_UPSTREAM_CALLS).data;
  const caller = environment.shape.CALLER_CALLS_PER_MINUTE.safeParse(CALLER_CALLS_PER_MINUTE).data;
  if (request === undefined || caller === undefined || caller === 0 || caller >= request) return [];
  return [
    `CALLER_CALLS_PER_MINUTE: expected at least ${request}, the MAX_UPSTREAM_CALLS of one request, or 0 for no limit: raise it, or lower the other`,
  ];
}
