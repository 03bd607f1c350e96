import { GraphQLError, GraphQLScalarType, Kind, print } from 'graphql';
import { badLiteral, GatewayError } from '../errors.ts';
import { isInstant, isNestedWithin, maxJsonDepth } from '../json.ts';

/** Input is normalised to upstream's form; output is upstream's own text, which the resolvers have checked. */
export const DateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  description: 'An instant: ISO 8601, UTC, milliseconds, such as `2023-11-01T23:20:57.357Z`.',
  serialize: (value) => {
    if (typeof value === 'string' && isInstant(value)) return value;
    throw new GatewayError('UPSTREAM_BAD_RESPONSE', 'The workspace gave something else than an instant.');
  },
  parseValue: (value) => {
    if (typeof value === 'string' && isInstant(value)) return new Date(value).toISOString();
    throw new GatewayError('BAD_USER_INPUT', notAnInstant(JSON.stringify(value) ?? 'nothing'));
  },
  parseLiteral: (node) => {
    if (node.kind === Kind.STRING && isInstant(node.value)) return new Date(node.value).toISOString();
    throw new GraphQLError(notAnInstant(print(node)), { nodes: node, extensions: { [badLiteral]: true } });
  },
});

export const Json = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value, as upstream sent it.',
  serialize: (value) => {
    if (isNestedWithin(value, maxJsonDepth)) return value;
    throw new GatewayError('UPSTREAM_BAD_RESPONSE', 'The workspace gave a value that is nested too deep.');
  },
});

const notAnInstant = (given: string): string =>
  `${given.slice(0, 64)} is not an instant: give ISO 8601 with a zone, such as "2023-11-01T23:20:57.357Z".`;
