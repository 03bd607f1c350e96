/** Rows of a page at most: Rocket.Chat caps `count`, at 100 by default. */
export const maxPageSize = 100;
/** Rows of a page that asks for no number. */
export const defaultPageSize = 20;
/** Tokens of a query at most; a screen of an application has some hundreds. */
export const maxTokens = 2000;
/** Selections that a query with all its fragments unfolds to at most. */
export const maxRecursiveSelections = 2000;
/** Fields within fields of a query at most, fragments unfolded. */
export const maxDepth = 12;
/** The same below `__schema` and `__type`: what tools ask for is 15 deep. */
export const maxIntrospectionDepth = 20;
/** Brackets of all kinds open at once: the parser, and more behind it, call themselves for each. */
export const maxNesting = 100;
/** Aliases of a query at most, as written. */
export const maxAliases = 50;
/** Directives of a query at most, as written. */
export const maxDirectives = 50;
/** Times that one selection set may name a field under one name: validation compares them pair by pair. */
export const maxRepeats = 100;
/** Characters of an alias at most: it comes back with every row. */
export const maxAliasLength = 100;
/** Values that an answer has at most, by its plan and while it is made: more could not be worked out in a moment. */
export const maxValues = 30_000;
/** What an object without leaves of its own counts for among them. The plan leaves that out. */
export const valuesPerObject = 0.25;
/** What an error counts for among them: about the work of making and writing one. */
export const valuesPerError = 10;
/** Bytes of an answer at most: as many as one answer of the workspace may have, so that a page of any rows can be shown. */
export const maxAnswerBytes = 8 * 1024 * 1024;
/** Bytes of the workspace's answers to one request at most: all rows are held until it is answered. */
export const maxReceivedBytes = 32 * 1024 * 1024;
/**
 * Bytes of an answer at most to whom the workspace has not accepted (yet): some copies of the schema. That is 27 KB as text,
 * and 86 KB as the usual introspection query asks for it.
 */
export const maxStrangerBytes = 256 * 1024;
/** Errors that a refused query is told of at most. */
export const maxReportedErrors = 10;
/** Lists and objects within each other in variables, and in extensions, at most. */
export const maxInputDepth = 16;
/** Values in variables, and in extensions, at most: each can be wrong in a list, and come back as an error of its own. */
export const maxInputValues = 10_000;
/** Bytes of a request's body at most. */
export const maxBodyBytes = 100 * 1024;
