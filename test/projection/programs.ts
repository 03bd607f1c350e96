import type { CutField, Program } from '../../src/projection/program.ts';

const user: readonly CutField[] = [
  { name: 'userId', kind: 'id', path: ['_id'], isNonNull: true },
  { name: 'username', kind: 'text', path: ['username'] },
  { name: 'name', kind: 'text', path: ['name'] },
];

const author: readonly CutField[] = [
  { name: 'userId', kind: 'id', path: ['u', '_id'], isNonNull: true },
  { name: 'username', kind: 'text', path: ['u', 'username'] },
  { name: 'name', kind: 'text', path: ['u', 'name'] },
];

/** The benchmark's second query: twelve fields of a message. */
export const messageFields: readonly CutField[] = [
  { name: 'id', kind: 'id', path: ['_id'], isNonNull: true },
  {
    name: 'text',
    kind: 'text',
    path: ['msg'],
    orElse: '""',
    unless: { property: 't', value: 'e2e', json: '""' },
    isNonNull: true,
  },
  { name: 'sentAt', kind: 'instant', path: ['ts'], isNonNull: true },
  { name: 'updatedAt', kind: 'instant', path: ['_updatedAt'] },
  { name: 'editedAt', kind: 'instant', path: ['editedAt'] },
  { name: 'systemType', kind: 'text', path: ['t'] },
  { name: 'isPinned', kind: 'equals', property: 'pinned', value: true },
  { name: 'author', kind: 'within', of: author },
  {
    name: 'urls',
    kind: 'objects',
    property: 'urls',
    requires: { text: 'url' },
    of: [
      { name: 'url', kind: 'text', path: ['url'], isNonNull: true },
      { name: 'meta', kind: 'json', path: ['meta'] },
    ],
  },
  { name: 'mentions', kind: 'objects', property: 'mentions', of: user },
  { name: 'markup', kind: 'within', unlessNotList: 'md', of: [{ name: 'tree', kind: 'json', path: ['md'] }] },
];

export const messages: Program = {
  list: 'messages',
  keys: [['_id'], ['rid'], ['ts'], ['u', '_id']],
  fields: messageFields,
};

/** Every kind of field, and properties that several fields read, each in its own way. */
export const everything: Program = {
  list: 'rows',
  keys: [['a'], ['o', 'a'], ['o', 'o', 'b']],
  fields: [
    { name: '__typename', kind: 'constant', json: '"Row"' },
    { name: 'text', kind: 'text', path: ['a'] },
    { name: 'textOrElse', kind: 'text', path: ['b'], orElse: '"none"' },
    { name: 'unless', kind: 'text', path: ['a'], unless: { property: 'b', value: 'x\n"é', json: '"secret"' } },
    { name: 'id', kind: 'id', path: ['a'] },
    { name: 'instant', kind: 'instant', path: ['i'] },
    { name: 'int', kind: 'int', path: ['n'] },
    { name: 'intOrElse', kind: 'int', path: ['a'], orElse: '0' },
    { name: 'boolean', kind: 'boolean', path: ['b'] },
    { name: 'json', kind: 'json', path: ['j'] },
    { name: 'whole', kind: 'json', path: ['o'] },
    { name: 'isText', kind: 'equals', property: 'a', value: 'x\n"é' },
    { name: 'isTrue', kind: 'equals', property: 'b', value: true },
    {
      name: 'choice',
      kind: 'choice',
      property: 'a',
      cases: [
        ['x', '"X"'],
        ['', '"EMPTY"'],
        ['é', '1'],
      ],
      orElse: 'null',
    },
    { name: 'textOrInner', kind: 'text', path: ['a'], otherwise: { kind: 'text', path: ['o', 'a'], orElse: '"none"' } },
    {
      name: 'choiceOrChoice',
      kind: 'choice',
      property: 'a',
      cases: [['x', 'null']],
      otherwise: {
        kind: 'choice',
        property: 'b',
        cases: [['x', '"b"']],
        otherwise: { kind: 'id', path: ['i'] },
      },
    },
    { name: 'texts', kind: 'texts', property: 'l' },
    { name: 'textsOrNull', kind: 'texts', property: 'l', orElse: 'null' },
    { name: 'inner', kind: 'int', path: ['o', 'n'] },
    { name: 'innermost', kind: 'text', path: ['o', 'o', 'b'] },
    { name: 'object', kind: 'object', path: ['o'], of: [{ name: 'a', kind: 'text', path: ['a'] }] },
    {
      name: 'required',
      kind: 'object',
      path: ['o'],
      requires: { id: 'a' },
      of: [
        { name: 'within', kind: 'within', of: [{ name: 'n', kind: 'int', path: ['n'] }] },
        { name: 'inside', kind: 'object', path: ['o'], of: [{ name: 'texts', kind: 'texts', property: 'l' }] },
      ],
    },
    {
      name: 'objects',
      kind: 'objects',
      property: 'l',
      of: [
        { name: 'json', kind: 'json', path: ['j'] },
        {
          name: 'l',
          kind: 'objects',
          property: 'l',
          requires: { id: 'a' },
          of: [{ name: 'a', kind: 'id', path: ['a'] }],
        },
      ],
    },
    {
      name: 'withText',
      kind: 'objects',
      property: 'l',
      requires: { text: 'a' },
      of: [{ name: 'a', kind: 'text', path: ['a'] }],
    },
    { name: 'list', kind: 'within', unlessNotList: 'l', of: [{ name: 'tree', kind: 'json', path: ['l'] }] },
  ],
};

/** The same with a field that refuses nulls. */
export const strict: Program = {
  list: 'rows',
  keys: [],
  fields: [
    { name: 'a', kind: 'text', path: ['a'], isNonNull: true },
    { name: 'c', kind: 'choice', property: 'b', cases: [['', '1']], orElse: 'null', isNonNull: true },
    { name: 'd', kind: 'text', path: ['a'], otherwise: { kind: 'id', path: ['b'] }, isNonNull: true },
    {
      name: 'o',
      kind: 'object',
      path: ['o'],
      isNonNull: true,
      of: [{ name: 'n', kind: 'int', path: ['n'], isNonNull: true }],
    },
    {
      name: 'list',
      kind: 'within',
      unlessNotList: 'l',
      isNonNull: true,
      of: [{ name: 'j', kind: 'json', path: ['j'] }],
    },
  ],
};
