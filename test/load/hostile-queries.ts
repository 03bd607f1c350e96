/** Queries that are small to send and large in what they make somebody do, hold or answer. */

const times = (count: number, write: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => write(index)).join(' ');

/** Unfolds to hundreds of selections, and has a form of its own for each value of its variables. Another text each `serial`. */
export const unfolding = (serial: number): string =>
  `query ($a: Boolean!, $b: Boolean!, $c: Boolean!, $d: Boolean!) { directMessage(id: "r") { messages(first: 0) { nodes {
    s${serial}: id text @include(if: $a) alias @include(if: $b) emoji @include(if: $c) isPinned @include(if: $d) attachments { ...F0 } } } } }
  ${times(7, (level) => `fragment F${level} on Attachment { a: attachments { kind ...F${level + 1} } b: attachments { title ...F${level + 1} } }`)}
  fragment F7 on Attachment { kind }`;

/** Sixteen sets of values for those variables. */
export const formOf = (index: number) => ({
  a: (index & 1) > 0,
  b: (index & 2) > 0,
  c: (index & 4) > 0,
  d: (index & 8) > 0,
});

/** The schema in hundreds of copies, for anybody. */
export const copiesOfSchema = `{ ${times(25, (index) => `s${index}: _service { ...S }`)} } fragment S on _Service { ${times(25, (index) => `t${index}: sdl`)} }`;

/** Every node of every long message, under many names. */
export const nodesOfMarkup = (roomId: string): string =>
  `{ directMessage(id: "${roomId}") { messages(first: 20) { nodes { markup { ${times(25, (index) => `n${index}: nodes { index parent type text url }`)} } } } } }`;

/** The same as JSON. */
export const copiesOfMarkup = (roomId: string): string =>
  `{ directMessage(id: "${roomId}") { messages(first: 20) { nodes { text markup { ${times(25, (index) => `j${index}: json`)} } } } } }`;

/** More than a megabyte, for clients that do not read it. */
export const largePage = (roomId: string): string =>
  `{ directMessage(id: "${roomId}") { messages(first: 8) { nodes { id roomId text sentAt updatedAt author { userId name username } markup { json } customFields blocks } } } }`;

/** Costs tens of calls. */
export const manyCalls =
  '{ viewer { directMessages(first: 20) { nodes { members { totalCount } messages(first: 2) { nodes { id } } } } } }';

/** What is refused for its size, in many ways: as a body each. */
export const floods: readonly string[] = [
  JSON.stringify({ query: `{ ${times(50, (index) => `a${index}: user(id: "u${index}") { name }`)} }` }),
  JSON.stringify({ query: `{ ${times(10_000, (index) => `a${index}: x`)} }` }),
  JSON.stringify({ query: `{ ${'a '.repeat(45_000)} }` }),
  JSON.stringify({ query: `{ ${'a { '.repeat(12_000)} b ${'}'.repeat(12_000)} }` }),
  JSON.stringify({ query: `{ viewer { ${'id '.repeat(1500)} } }` }),
  JSON.stringify({ query: `{ ${times(60, () => '__typename @skip(if: false)')} }` }),
  JSON.stringify({
    query: `{ ...F0 } ${times(100, (index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`)} fragment F100 on Query { __typename }`,
  }),
  JSON.stringify({ query: '{ __typename }', variables: { list: Array.from({ length: 20_000 }, () => 0) } }),
  JSON.stringify({ query: '{ __typename }', extensions: { a: { b: { c: 'x'.repeat(90_000) } } } }),
  `{"query":"{ __typename }","variables":{"deep":${'['.repeat(40_000)}${']'.repeat(40_000)}}}`,
  JSON.stringify({
    query: `query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename } }`,
    variables: { representations: Array.from({ length: 1500 }, () => ({})) },
  }),
  JSON.stringify(Array.from({ length: 2000 }, () => ({ query: '{ __typename }' }))),
];
