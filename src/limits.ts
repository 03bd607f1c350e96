/** Rows of a page, at most: Rocket.Chat caps `count`, at 100 by default. */
export const maxPageSize = 100;
/** Rows of a page without `first` and `last`. */
export const defaultPageSize = 20;
/** Tokens of a query, at most; an application's screen needs a few hundred. */
export const maxTokens = 2000;
/** Selections of a query with its fragments expanded, at most. */
export const maxRecursiveSelections = 2000;
/** Depth of a query with its fragments expanded, at most. */
export const maxDepth = 12;
/** The same below `__schema` and `__type`: tools' introspection queries are 15 deep. */
export const maxIntrospectionDepth = 20;
/** Nested brackets of any kind, at most: the parser and later passes recurse for each. */
export const maxNesting = 100;
/** Aliases in a query, fragments not expanded, at most. */
export const maxAliases = 50;
/** Directives in a query, fragments not expanded, at most. */
export const maxDirectives = 50;
/** Same response name in one selection set, at most: validation compares them pairwise. */
export const maxRepeats = 100;
/** Characters of an alias, at most: the response repeats it in every row. */
export const maxAliasLength = 100;
/** Values in a response, at most, both estimated and counted: more would block the event loop. */
export const maxValues = 30_000;
/** Values charged for an object without leaves of its own. The cost estimate leaves them out. */
export const valuesPerObject = 0.25;
/** Values charged per error: about the work of creating and serializing one. */
export const valuesPerError = 10;
/** Bytes of a response, at most: as many as one upstream response may have, so any page of rows fits. */
export const maxAnswerBytes = 8 * 1024 * 1024;
/** Bytes of upstream responses to one request, at most: all rows stay in memory until its response is sent. */
export const maxReceivedBytes = 32 * 1024 * 1024;
/**
 * Bytes of a response to a caller whom the workspace has not accepted (yet), at most: a few copies of the schema, which is
 * 27 KB as text and 86 KB in response to the usual introspection query.
 */
export const maxStrangerBytes = 256 * 1024;
/** Errors reported for a rejected query, at most. */
export const maxReportedErrors = 10;
/** Depth of variables, and of extensions, at most. */
export const maxInputDepth = 16;
/** Values in variables, and in extensions, at most: each one in a list can cause its own error. */
export const maxInputValues = 10_000;
/** Bytes of a request body, at most. */
export const maxBodyBytes = 100 * 1024;
