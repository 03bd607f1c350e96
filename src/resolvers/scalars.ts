import { GraphQLError, GraphQLScalarType, Kind, print } from 'graphql';
import { GatewayError } from '../errors.ts';
import { isInstant, isNestedWithin, maxJsonDepth } from '../json.ts';

/** Normalises input and output to one form, UTC with milliseconds. Upstream's is the same, but for imported records. */
export const DateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  serialize: (value) => {
    const instant = typeof value === 'string' ? normalise(value) : undefined;
    if (instant !== undefined) return instant;
    throw new GatewayError('UPSTREAM_BAD_RESPONSE', 'The workspace returned an invalid date-time.');
  },
  parseValue: (value) => {
    const instant = typeof value === 'string' ? normalise(value) : undefined;
    if (instant !== undefined) return instant;
    throw new GatewayError('BAD_USER_INPUT', notAnInstant(JSON.stringify(value) ?? 'nothing'));
  },
  parseLiteral: (node) => {
    const instant = node.kind === Kind.STRING ? normalise(node.value) : undefined;
    if (instant !== undefined) return instant;
    throw new GraphQLError(notAnInstant(print(node)), { nodes: node });
  },
});

export const Json = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  serialize: (value) => {
    if (isNestedWithin(value, maxJsonDepth)) return value;
    throw new GatewayError('UPSTREAM_BAD_RESPONSE', 'The workspace returned a value that is nested too deeply.');
  },
});

/** Characters of `2023-11-01T23:20:57.357Z`. */
const normalLength = 24;

/** Whether an instant is in the form that the gateway writes. */
export const isNormalInstant = (instant: string): boolean => instant.length === normalLength && instant.endsWith('Z');

/** The instant in UTC with milliseconds; undefined for what is no instant. */
function normalise(text: string): string | undefined {
  if (!isInstant(text)) return undefined;
  return isNormalInstant(text) ? text : new Date(text).toISOString();
}

const notAnInstant = (given: string): string =>
  `${given.slice(0, 64)} is not a date-time: give ISO 8601 with a time zone, such as "2023-11-01T23:20:57.357Z".`;
