import { makeExecutableSchema } from '@graphql-tools/schema';
import { execute, GraphQLScalarType, parse, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { AnswerSize } from '../../../src/context/answer-size.ts';
import type { Context } from '../../../src/context/request-context.ts';
import { countAnswers } from '../../../src/operation/answer-counting.ts';
import { compile } from '../../../src/operation/compiled/compile.ts';
import { CutObject } from '../../../src/operation/compiled/cut-object.ts';
import type { Completion, FieldStep, Selection } from '../../../src/operation/compiled/operation.ts';
import { run } from '../../../src/operation/compiled/run.ts';
import { write } from '../../../src/operation/compiled/write.ts';
import { rowCutter, type RowCut } from '../../../src/projection/row-cutter.ts';
import { textAt, TextPath } from '../../../src/projection/text-at.ts';
import * as read from '../../../src/resolvers/readers.ts';

const typeDefs = `
  scalar JSON
  scalar DateTime
  scalar Odd
  enum Kind { A B }
  type Query { page: Page }
  type Page { nodes: [Row] }
  type Row {
    id: ID
    equal: Boolean, equalInside: Boolean, equalText: String
    text: String, textAsInt: Int, unless: String, unlessInside: String, textOr: String, textOrOdd: String
    int: Int, intAsFloat: Float, intTooLarge: Int, flag: Boolean, flagAsText: String
    kind: Kind, kindInside: Kind, kindRefused: Kind, kindElse: Kind, kindOr: Kind, odd: Odd
    json: JSON, jsonAsText: String, instant: DateTime
    texts: [String], textsOrNull: [String], textsInside: [String], textsAsInts: [Int], textsAlone: String
    list: [Item], listOfIds: [Item], listInside: [Item], under: [Under], listAlone: Item
    object: Under, objectInside: Under, objects: [Item], checked: Item, checkedInList: [Holder]
    view: View, viewOfList: View, viewOfInner: View, views: [View]
    function: String
  }
  type Item { name: String, sub: Sub }
  type Sub { name: String }
  type Under { name: String, bare: String, other: String }
  type Holder { inner: Item }
  type View { a: String, missing: String, toString: String, deep: String }
`;

/** The message of a checked object must have the row's id as its room. */
const [checkedId, checkedRoom, ownId] = ['checked._id', 'checked.rid', 'id'].map((path) => new TextPath(path)) as [
  TextPath,
  TextPath,
  TextPath,
];
const check: read.TextCheck = {
  paths: [checkedId.path, checkedRoom.path, ownId.path],
  holds: (row) => textAt(row, checkedId) === undefined || textAt(row, checkedRoom) === textAt(row, ownId),
};
const checkedOf = (path: string) =>
  read.checkedObject(
    path,
    (row) => {
      const object = row[path] as { _id?: string; rid?: string } | undefined;
      return object?._id !== undefined && object.rid === row['id'] ? object : null;
    },
    check,
  );

const resolvers = {
  Odd: new GraphQLScalarType({
    name: 'Odd',
    serialize: () => {
      throw new TypeError('a mistake of ours');
    },
  }),
  Row: {
    id: read.id('id'),
    equal: read.equals('a', true),
    equalInside: read.equals('a.b', true),
    equalText: read.equals('a', true),
    text: read.text('a'),
    textAsInt: read.text('a'),
    unless: read.textUnless('t', 'x', 'instead', 'a'),
    unlessInside: read.textUnless('t.u', 'x', 'instead', 'a'),
    textOr: read.textOr('a', read.text('b', 'none')),
    textOrOdd: read.textOr('a', read.equals('b', true)),
    int: read.int('n', 0),
    intAsFloat: read.int('n'),
    intTooLarge: read.int('n', 2 ** 40),
    flag: read.flag('f', false),
    flagAsText: read.flag('f'),
    kind: read.choice('k', { a: 'A', b: 'B' }, null),
    kindInside: read.choice('k.l', { a: 'A' }, 'B'),
    kindRefused: read.choice('k', { a: 'A', c: 'C' }, 'B'),
    kindElse: read.choice('k', { a: 'A' }, 'C'),
    kindOr: read.choice('k', { a: 'A' }, read.choice('l', { b: 'B' }, null)),
    odd: read.choice('k', { a: 'A' }, null),
    json: read.json('j'),
    jsonAsText: read.json('j'),
    instant: read.instant('ts'),
    texts: read.texts('list'),
    textsOrNull: read.textsOrNull('list'),
    textsInside: read.texts('list.inner'),
    textsAsInts: read.texts('list'),
    textsAlone: read.texts('list'),
    list: read.objects('items', { text: 'name' }),
    listOfIds: read.objects('items'),
    listInside: read.objects('items.inner'),
    under: read.objectsUnder('items', 'it'),
    listAlone: read.objects('items'),
    object: read.objectUnder('o', 'it'),
    objectInside: read.objectUnder('o.p', 'it'),
    objects: read.objectUnder('o', 'it'),
    checked: checkedOf('checked'),
    checkedInList: read.objects('items'),
    view: read.view({ a: 'x', deep: 'y' }),
    viewOfList: read.view({ a: 'x' }, 'x'),
    viewOfInner: read.view({ a: 'x' }, 'x.y'),
    views: read.view({ a: 'x' }),
    function: () => 'computed',
  },
  Item: { name: read.text('name'), sub: read.view({ name: 'name' }) },
  Sub: { name: read.text('name') },
  Under: { name: read.text('it.name'), bare: read.text('it'), other: read.text('name') },
  Holder: { inner: checkedOf('inner') },
  View: {
    a: read.text('a'),
    missing: read.text('missing'),
    toString: read.text('toString'),
    deep: read.text('deep.name'),
  },
};

/** As objects: resolvers given as functions would be bound, and lose that they are readers. */
const withReaders = Object.fromEntries(
  Object.entries(resolvers).map(([type, fields]) => [
    type,
    fields instanceof GraphQLScalarType
      ? fields
      : Object.fromEntries(Object.entries(fields).map(([field, resolve]) => [field, { resolve }])),
  ]),
);

const createTestSchema = (nodes: () => readonly unknown[] = () => []) =>
  makeExecutableSchema({ typeDefs, resolvers: { ...withReaders, Query: { page: () => ({ nodes: nodes() }) } } });

function compiledOf(fields: string) {
  const document = parse(`{ page { nodes { ${fields} } } }`);
  const [operation] = document.definitions as OperationDefinitionNode[];
  if (operation === undefined) expect.unreachable();
  return compile({ schema: createTestSchema(), document, operation, variables: {} }) ?? expect.unreachable();
}

const objectIn = (completion: Completion): Selection => {
  if (completion.kind === 'list') return objectIn(completion.item);
  return completion.kind === 'object' ? completion.selection : expect.unreachable();
};

function rowsOf(fields: string): Selection {
  let { selection } = compiledOf(fields);
  for (const name of ['page', 'nodes']) {
    const step = selection.steps.find(({ responseName }) => responseName === name);
    if (step?.kind !== 'field') expect.unreachable();
    selection = objectIn(step.completion);
  }
  return selection;
}

/** What the scanner is told of the field, behind an id. */
function cutOf(field: string): unknown {
  const cut = rowsOf(`id ${field}`).cut ?? expect.unreachable();
  const [, second] = cut.cut.fields;
  return second;
}

const named = (name: string) => ({ name, isNonNull: false });
const name = { kind: 'text', path: ['name'], orElse: 'null', ...named('name') };

describe('A reader becomes a field that the scanner writes', () => {
  it.each<[string, object]>([
    ['equal', { kind: 'equals', property: 'a', value: true }],
    ['text', { kind: 'text', path: ['a'], orElse: 'null' }],
    ['unless', { kind: 'text', path: ['a'], orElse: '""', unless: { property: 't', value: 'x', json: '"instead"' } }],
    ['textOr', { kind: 'text', path: ['a'], otherwise: { kind: 'text', path: ['b'], orElse: '"none"' } }],
    ['int', { kind: 'int', path: ['n'], orElse: '0' }],
    ['flag', { kind: 'boolean', path: ['f'], orElse: 'false' }],
    [
      'kind',
      {
        kind: 'choice',
        property: 'k',
        cases: [
          ['a', '"A"'],
          ['b', '"B"'],
        ],
        orElse: 'null',
      },
    ],
    [
      'kindOr',
      {
        kind: 'choice',
        property: 'k',
        cases: [['a', '"A"']],
        otherwise: { kind: 'choice', property: 'l', cases: [['b', '"B"']], orElse: 'null' },
      },
    ],
    ['json', { kind: 'json', path: ['j'] }],
    ['instant', { kind: 'instant', path: ['ts'] }],
    ['texts', { kind: 'texts', property: 'list', orElse: '[]' }],
    ['textsOrNull', { kind: 'texts', property: 'list', orElse: 'null' }],
    ['list { name }', { kind: 'objects', property: 'items', requires: { text: 'name' }, of: [name] }],
    ['listOfIds { name }', { kind: 'objects', property: 'items', of: [name] }],
    ['under { name }', { kind: 'objects', property: 'items', of: [name] }],
    ['object { name }', { kind: 'object', path: ['o'], requires: { id: '_id' }, of: [name] }],
    ['objectInside { name }', { kind: 'object', path: ['o', 'p'], requires: { id: '_id' }, of: [name] }],
    ['checked { name }', { kind: 'object', path: ['checked'], requires: { id: '_id' }, of: [name] }],
    ['view { a }', { kind: 'within', of: [{ kind: 'text', path: ['x'], orElse: 'null', ...named('a') }] }],
    [
      'view { deep }',
      { kind: 'within', of: [{ kind: 'text', path: ['y', 'name'], orElse: 'null', ...named('deep') }] },
    ],
    [
      'viewOfList { a }',
      { kind: 'within', of: [{ kind: 'text', path: ['x'], orElse: 'null', ...named('a') }], unlessNotList: 'x' },
    ],
  ])('%s', (field, expected) => {
    expect(cutOf(field)).toEqual({ ...expected, ...named(field.split(' ')[0] ?? '') });
  });
});

describe('A reader is left to the steps', () => {
  it.each([
    ['equalInside', 'its property is inside another'],
    ['equalText', 'its type writes another kind'],
    ['textAsInt', 'its type writes another kind'],
    ['unlessInside', 'what it depends on is inside another'],
    ['textOrOdd', 'its alternative is of another kind'],
    ['intAsFloat', 'its type writes another kind'],
    ['intTooLarge', 'its type refuses the alternative'],
    ['flagAsText', 'its type writes another kind'],
    ['kindInside', 'its property is inside another'],
    ['kindRefused', 'its type refuses a case'],
    ['kindElse', 'its type refuses the alternative'],
    ['jsonAsText', 'its type writes another kind'],
    ['textsInside', 'its list is inside another'],
    ['textsAsInts', 'its type writes another kind'],
    ['textsAlone', 'its type is no list'],
    ['listInside { name }', 'its list is inside another'],
    ['listAlone { name }', 'its type is no list'],
    ['objects { name }', 'its type is a list'],
    ['under { bare }', 'it reads the object itself'],
    ['under { other }', 'it reads beside the object'],
    ['checkedInList { inner { name } }', 'checks are those of rows alone'],
    ['view { missing }', 'the view has no such name'],
    ['view { toString }', 'the view has no such name of its own'],
    ['viewOfInner { a }', 'its list is inside another'],
    ['views { a }', 'its type is a list'],
    ['function', 'it is a function'],
  ])('%s: %s', (field) => {
    expect(cutOf(field)).toBeUndefined();
  });

  it('and a bug in a scalar is thrown, not taken for a refusal', () => {
    expect(() => rowsOf('id odd')).toThrow('a mistake of ours');
  });
});

describe('What a compiled run reads of a source by itself', () => {
  const stepOf = (field: string): FieldStep => {
    const step = rowsOf(field).steps[0];
    return step?.kind === 'field' ? step : expect.unreachable();
  };
  const plain = (field: string, ...values: unknown[]) => values.map((value) => stepOf(field).direct?.isPlain(value));

  it('is written as it is where its type would write the same', () => {
    expect(plain('text', 'x', null)).toEqual([true, false]);
    expect(plain('int', 1, null)).toEqual([true, false]);
    expect(plain('flag', false, null)).toEqual([true, false]);
    expect(plain('instant', '2026-11-25T00:00:00.000Z', '2026-11-25', 5, null)).toEqual([true, false, false, false]);
    for (const field of ['json', 'textAsInt', 'kind', 'texts', 'flagAsText'])
      expect(plain(field, 'x')).toEqual([false]);
    expect(stepOf('function').direct).toBeUndefined();
  });
});

/** Answers a page whose rows are these, cut where the run asks for it, and counts it. */
async function answer(fields: string, rows: readonly object[]) {
  const body = Buffer.from(JSON.stringify({ rows }));
  let wanted: RowCut | undefined;
  const nodes = () => {
    if (wanted === undefined) return rows;
    const cutter = rowCutter({ name: 'rows', paths: ['id'] }, wanted);
    return cutter.apply(body)?.rows.map((row) => cutter.lazy(row)) ?? expect.unreachable();
  };
  const document = parse(`{ page { nodes { ${fields} } } }`);
  const [operation] = document.definitions as OperationDefinitionNode[];
  if (operation === undefined) expect.unreachable();

  const counted = createTestSchema(nodes);
  countAnswers(counted);
  const reference = new AnswerSize(() => true);
  const { data, errors } = await execute({ schema: counted, document, contextValue: { answerSize: reference } });
  expect(errors).toBeUndefined();

  const compiled =
    compile({ schema: createTestSchema(nodes), document, operation, variables: {} }) ?? expect.unreachable();
  const size = new AnswerSize(() => true);
  const loaders = {
    cutting: (cut: RowCut, work: () => unknown) => {
      wanted = cut;
      return work();
    },
  };
  const context = { answerSize: size, loaders } as unknown as Context;
  const onBug = (error: unknown) => {
    throw error;
  };
  const found = (await run(compiled, {}, context, { cuts: true, onBug })) ?? expect.unreachable();
  const list = (found['page'] as { nodes: unknown[] }).nodes;
  expect(String(write(compiled.selection, found))).toBe(JSON.stringify(data));
  expect(size.values).toBe(reference.values);
  return {
    rows: (data as { page: { nodes: unknown[] } }).page.nodes,
    cut: list.map((row) => row instanceof CutObject),
  };
}

describe('Rows that are cut', () => {
  it('are answered by steps where a check of theirs does not hold', async () => {
    const rows = [
      { id: 'a', checked: { _id: 'm', rid: 'a', name: 'mine' } },
      { id: 'b', checked: { _id: 'm', rid: 'a', name: 'of another room' } },
      { id: 'c', checked: null },
    ];
    const found = await answer('id checked { name }', rows);
    expect(found.rows).toEqual([
      { id: 'a', checked: { name: 'mine' } },
      { id: 'b', checked: null },
      { id: 'c', checked: null },
    ]);
    expect(found.cut).toEqual([true, false, true]);
  });

  it('count objects without leaves as a fraction of a value, as graphql-js does', async () => {
    const items = [{ name: 'x' }, { name: 'y' }];
    const found = await answer('id listOfIds { sub { name } }', [
      { id: 'a', items },
      { id: 'b', items: [] },
      { id: 'c' },
    ]);
    expect(found.cut).toEqual([true, true, true]);
  });

  it('go on with the fields that only steps answer', async () => {
    const found = await answer('id text function x: function', [{ id: 'a', a: 'text' }, { id: 'b' }]);
    expect(found.rows).toEqual([
      { id: 'a', text: 'text', function: 'computed', x: 'computed' },
      { id: 'b', text: null, function: 'computed', x: 'computed' },
    ]);
    expect(found.cut).toEqual([true, true]);
  });

  it('are answered by steps where the text would not be what a scalar writes', async () => {
    const found = await answer('id instant', [
      { id: 'a', ts: '2026-11-25T00:00:00.000Z' },
      { id: 'b', ts: '2026-11-25' },
    ]);
    expect(found.cut[0]).toBe(true);
  });
});
