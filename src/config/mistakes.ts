import { environment } from './settings.ts';

/** The environment without empty variables. */
type Given = Readonly<Record<string, string | undefined>>;

/** Unknown variables with nearly a setting's name: a misspelt limit would silently have no effect. */
export const misspelt = (env: Given, known: readonly string[]): string[] =>
  Object.keys(env)
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      const meant = known.find((candidate) => candidate.length > 6 && isNearly(name.toUpperCase(), candidate));
      return meant === undefined ? [] : [`${name}: unknown; did you mean ${meant}?`];
    });

/** Whether one letter is wrong, missing, extra, or swapped with its neighbour. */
export function isNearly(name: string, known: string): boolean {
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

/** Settings that have no effect without another one. */
const needs: readonly (readonly [name: string, needed: string, why: string])[] = [
  ['PERSISTED_OPERATIONS_MODE', 'PERSISTED_OPERATIONS', 'the mode says what happens to operations outside that file'],
  ['SHARED_STORE_NAME', 'SHARED_STORE', 'the name is what keys in that store begin with'],
  ['APOLLO_KEY', 'APOLLO_GRAPH_REF', 'usage reports need both a key and a graph'],
  ['APOLLO_GRAPH_REF', 'APOLLO_KEY', 'usage reports need both a key and a graph'],
  ['APOLLO_USAGE_URL', 'APOLLO_KEY', 'usage reports need a key'],
  ['HIVE_TARGET', 'HIVE_TOKEN', 'usage reports need a token'],
  ['HIVE_USAGE_URL', 'HIVE_TOKEN', 'usage reports need a token'],
  ['SEND_TRACEPARENT', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'without traces there is nothing to send'],
];

/** Mistakes in combinations of settings. */
export function mistakesTogether(given: Given): string[] {
  const has = (name: string): boolean => given[name] !== undefined;
  const mistakes = new Set<string>();
  for (const [name, needed, why] of needs)
    if (has(name) && !has(needed)) mistakes.add(`${needed}: required with ${name}: ${why}`);
  if (has('HIVE_TOKEN') && given['HIVE_TOKEN']?.startsWith('hvo1/') !== has('HIVE_TARGET')) {
    mistakes.add('HIVE_TARGET: required with tokens that begin with `hvo1/`, and only with those');
  }
  for (const name of ['APOLLO_GRAPH_ID', 'APOLLO_GRAPH_VARIANT']) {
    if (has(name)) mistakes.add(`${name}: not supported; set APOLLO_GRAPH_REF to graph@variant instead`);
  }
  const { AUTOMATIC_PERSISTED_QUERIES: automatic, PERSISTED_OPERATIONS_MODE: mode } = given;
  if (automatic === 'on' && has('PERSISTED_OPERATIONS') && mode !== 'report') {
    mistakes.add(
      'AUTOMATIC_PERSISTED_QUERIES: expected off, because PERSISTED_OPERATIONS rejects all other operations',
    );
  }
  if (given['TRUST_PROXY'] === 'on' && given['FORWARD_CLIENT_IP'] !== 'on') {
    mistakes.add('TRUST_PROXY: has no effect without FORWARD_CLIENT_IP=on; set both or neither');
  }
  for (const [name, value] of [
    ['DEMO_RATE_LIMIT', 'on'],
    ['DEMO_DIALECT', 'R7'],
    ['DEMO_LIVE', 'on'],
  ] as const) {
    if (has('ROCKETCHAT_URL') && given[name] === value) {
      mistakes.add(`${name}: applies to the demo workspace only; remove it or ROCKETCHAT_URL`);
    }
  }
  return [...mistakes, ...smallAllowance(given)];
}

/** A request could cost more than its caller's whole allowance, and would never be accepted. */
function smallAllowance({ MAX_UPSTREAM_CALLS, CALLER_CALLS_PER_MINUTE }: Given): string[] {
  const request = environment.shape.MAX_UPSTREAM_CALLS.safeParse(MAX_UPSTREAM_CALLS).data;
  const caller = environment.shape.CALLER_CALLS_PER_MINUTE.safeParse(CALLER_CALLS_PER_MINUTE).data;
  if (request === undefined || caller === undefined || caller === 0 || caller >= request) return [];
  return [`CALLER_CALLS_PER_MINUTE: expected at least MAX_UPSTREAM_CALLS (${request}), or 0 for no limit`];
}
