import { Kind, type ASTNode, type GraphQLError, type GraphQLFormattedError } from 'graphql';
import { errorCodes, type ErrorCode } from '../errors.ts';

/** Messages that replace those in which graphql-js and Apollo Server mention themselves, by message or validation code. */
const tooManyInValidation = 'Too many validation errors, error limit reached. Validation aborted.';
const tooManyInVariables = 'Too many errors processing variables, error limit reached. Execution aborted.';
const ownTexts: ReadonlyMap<unknown, string> = new Map([
  ['INTROSPECTION_DISABLED', 'Introspection is disabled: query `{ _service { sdl } }` for the schema.'],
  [
    'MAX_RECURSIVE_SELECTIONS_EXCEEDED',
    'The query has too many selections once its fragments are expanded: select less, or split it into several requests.',
  ],
  [tooManyInValidation, 'There are more errors than these.'],
  [tooManyInVariables, 'There are more invalid values than these.'],
]);

/**
 * Corrects, in place, the code that graphql-js and Apollo Server give to an error: an invalid value is BAD_USER_INPUT,
 * whether it is a literal or comes in a variable.
 */
export function correctCode({ message, nodes, extensions }: GraphQLError): void {
  const { code, validationErrorCode } = extensions;
  if (code === 'GRAPHQL_VALIDATION_FAILED' && isOfValue(nodes?.[0])) extensions['code'] = 'BAD_USER_INPUT';
  if (validationErrorCode === 'MAX_RECURSIVE_SELECTIONS_EXCEEDED') extensions['code'] = 'QUERY_TOO_COMPLEX';
  if (message === tooManyInVariables) extensions['code'] = 'BAD_USER_INPUT';
}

const valueKinds: ReadonlySet<Kind | undefined> = new Set([
  Kind.INT,
  Kind.FLOAT,
  Kind.STRING,
  Kind.BOOLEAN,
  Kind.NULL,
  Kind.ENUM,
  Kind.LIST,
  Kind.OBJECT,
  Kind.OBJECT_FIELD,
]);

/** Only the validation rule about values reports such nodes. */
const isOfValue = (node: ASTNode | undefined): boolean => valueKinds.has(node?.kind);

/** Limits on characters of a message and on locations: both can repeat what the client sent. */
const maxMessageLength = 400;
const maxLocations = 5;

/** Every error leaves through here: masks what was not written for clients, removes stacks, bounds lengths. */
export function formatError(formatted: GraphQLFormattedError, { givesHints = true } = {}): GraphQLFormattedError {
  const { code, stacktrace: _, validationErrorCode, ...rest } = formatted.extensions ?? {};
  const { locations, path } = formatted;
  const place = {
    ...(locations !== undefined && { locations: locations.slice(0, maxLocations) }),
    ...(path !== undefined && { path }),
  };
  if (!isErrorCode(code) || code === 'INTERNAL_SERVER_ERROR') {
    return { message: 'Internal server error', ...place, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  }
  // Clients of automatic persisted queries recognise these errors by their messages, so keep them.
  if (persistedQueryCodes.has(code))
    return { message: formatted.message, extensions: { code, hint: errorCodes[code].meaning } };
  const own = ownTexts.get(validationErrorCode) ?? ownTexts.get(formatted.message) ?? formatted.message;
  return { message: shorten(givesHints ? own : withoutHint(own)), ...place, extensions: { ...rest, code } };
}

const isErrorCode = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(errorCodes, code);

const persistedQueryCodes: ReadonlySet<ErrorCode> = new Set([
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/** Removes the schema's names that graphql-js suggests. Not a regular expression: repeated words in a client's text would make it slow. */
function withoutHint(message: string): string {
  const at = message.endsWith('?') ? message.lastIndexOf('Did you mean ') : -1;
  return at === -1 ? message : message.slice(0, at).trimEnd();
}

/** Truncates, and replaces lone surrogates: strict JSON parsers would reject the whole response. */
const shorten = (message: string): string =>
  (message.length > maxMessageLength ? `${message.slice(0, maxMessageLength)}…` : message).toWellFormed();
