import { parse, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { compile } from '../../../src/operation/compiled/compile.ts';
import type { Completion, FieldStep, Selection } from '../../../src/operation/compiled/operation.ts';
import { createSchema } from '../../../src/schema/executable.ts';

const schema = createSchema();

function selectionOf(query: string): Selection {
  const document = parse(query);
  const [operation] = document.definitions as OperationDefinitionNode[];
  if (operation === undefined) expect.unreachable();
  return compile({ schema, document, operation, variables: {} })?.selection ?? expect.unreachable();
}

const objectIn = (completion: Completion): Selection => {
  if (completion.kind === 'list') return objectIn(completion.item);
  return completion.kind === 'object' ? completion.selection : expect.unreachable();
};

/** The field at a path of response names. */
function fieldAt(selection: Selection, [name, ...path]: readonly string[]): FieldStep {
  const step = selection.steps.find(({ responseName }) => responseName === name);
  if (step?.kind !== 'field') expect.unreachable();
  return path.length === 0 ? step : fieldAt(objectIn(step.completion), path);
}

const rowsAt = (query: string, path: string) => objectIn(fieldAt(selectionOf(query), path.split(' ')).completion);

const cutOfMessages = (fields: string) =>
  rowsAt(`{ directMessage(id: "x") { messages { nodes { ${fields} } } } }`, 'directMessage messages nodes').cut;
const cutOfRooms = (fields: string) =>
  rowsAt(`{ viewer { directMessages { nodes { ${fields} } } } }`, 'viewer directMessages nodes').cut;

const id = { kind: 'id', path: ['_id'], name: 'id', isNonNull: true };
const nullable = { isNonNull: false };
const textOr = (name: string, path: string[], orElse: string) => ({ kind: 'text', path, orElse, name });
const text = { ...textOr('text', ['msg'], '""'), unless: { property: 't', value: 'e2e', json: '""' }, isNonNull: true };
const json = (name: string) => ({ kind: 'json', path: ['md'], name, isNonNull: true });

describe('What is cut of the rows of a page', () => {
  it.each<[string, unknown[], unknown[]?]>([
    ['id text', [id, text]],
    ['__typename id', [{ kind: 'constant', json: '"Message"', name: '__typename' }, id]],
    ['id again: id', [id, { ...id, name: 'again' }]],
    [
      'id author { userId username }',
      [
        id,
        {
          kind: 'within',
          name: 'author',
          isNonNull: true,
          of: [
            { kind: 'id', path: ['u', '_id'], name: 'userId', isNonNull: true },
            { ...textOr('username', ['u', 'username'], 'null'), ...nullable },
          ],
        },
      ],
    ],
    [
      'id editedBy { userId }',
      [
        id,
        {
          kind: 'object',
          path: ['editedBy'],
          requires: { id: '_id' },
          name: 'editedBy',
          ...nullable,
          of: [{ ...id, name: 'userId' }],
        },
      ],
    ],
    [
      'sentAt isPinned isDeleted isGroupable emoji',
      [
        { kind: 'instant', path: ['ts'], name: 'sentAt', isNonNull: true },
        { kind: 'equals', property: 'pinned', value: true, name: 'isPinned', isNonNull: true },
        { kind: 'equals', property: 't', value: 'rm', name: 'isDeleted', isNonNull: true },
        { kind: 'boolean', path: ['groupable'], orElse: 'null', name: 'isGroupable', ...nullable },
        { ...textOr('emoji', ['emoji'], 'null'), ...nullable },
      ],
    ],
    [
      'id markup { a: json b: json }',
      [id, { kind: 'within', unlessNotList: 'md', name: 'markup', ...nullable, of: [json('a'), json('b')] }],
    ],
    [
      'id urls { url meta }',
      [
        id,
        {
          kind: 'objects',
          property: 'urls',
          requires: { text: 'url' },
          name: 'urls',
          isNonNull: true,
          of: [
            { ...textOr('url', ['url'], '""'), isNonNull: true },
            { kind: 'json', path: ['meta'], name: 'meta', ...nullable },
          ],
        },
      ],
    ],
    [
      'id mentions { kind userId }',
      [
        id,
        {
          kind: 'objects',
          property: 'mentions',
          name: 'mentions',
          isNonNull: true,
          of: [
            {
              kind: 'choice',
              property: '_id',
              cases: [
                ['all', '"ALL"'],
                ['here', '"HERE"'],
              ],
              otherwise: { kind: 'choice', property: 'type', cases: [['team', '"TEAM"']], orElse: '"USER"' },
              name: 'kind',
              isNonNull: true,
            },
            {
              kind: 'choice',
              property: '_id',
              cases: [
                ['all', 'null'],
                ['here', 'null'],
              ],
              otherwise: { kind: 'id', path: ['_id'] },
              name: 'userId',
              ...nullable,
            },
          ],
        },
      ],
    ],
  ])('messages: %s', (fields, expected) => {
    const cut = cutOfMessages(fields);
    expect(cut?.cut.fields).toEqual(expected);
    expect([cut?.cut.paths, cut?.checks, cut?.rest, cut?.times]).toEqual([[], [], undefined, 1]);
  });

  it('rooms: lists of texts, numbers, and the last message if it is one of theirs', () => {
    expect(cutOfRooms('id usernames messageCount')?.cut.fields).toEqual([
      id,
      { kind: 'texts', property: 'usernames', orElse: 'null', name: 'usernames', ...nullable },
      { kind: 'int', path: ['msgs'], orElse: 'null', name: 'messageCount', ...nullable },
    ]);
    const cut = cutOfRooms('id lastMessage { id text }');
    expect(cut?.cut.fields[1]).toEqual({
      kind: 'object',
      path: ['lastMessage'],
      requires: { id: '_id' },
      of: [id, text],
      name: 'lastMessage',
      ...nullable,
    });
    expect(cut?.checks).toHaveLength(1);
    expect(cut?.cut.paths).toContain('lastMessage.rid');
  });

  it('the fields up to the first that only a resolver can answer; the others are the rest, counted by themselves', () => {
    const cut = cutOfMessages('id thread { replyCount } text __typename');
    expect(cut?.cut.fields).toEqual([id]);
    const { steps, values, bytes, needsCopies, needsWriter } = cut?.rest ?? expect.unreachable();
    expect(steps.map(({ responseName }) => responseName)).toEqual(['thread', 'text', '__typename']);
    // `"thread":`, `"text":` and `"__typename":"Message"`, with a comma each.
    expect([values, bytes, needsCopies, needsWriter]).toEqual([2, 10 + 8 + 14 + 9, false, false]);
  });

  it('a rest with repeated aliases counts and writes each', () => {
    const { rest } = cutOfMessages('id isStarred s: isStarred t: thread { replyCount } u: thread { replyCount }') ?? {};
    expect([rest?.values, rest?.bytes, rest?.needsCopies, rest?.needsWriter]).toEqual([2, 13 + 5 + 5 + 5, true, true]);
  });

  it('each time if the page is repeated under aliases', () => {
    const query = '{ a: directMessage(id: "x") { ...P } b: directMessage(id: "x") { ...P } }';
    const fragment = 'fragment P on DirectMessage { messages { nodes { id isStarred } } }';
    const { times, rest } = rowsAt(`${query} ${fragment}`, 'a messages nodes').cut ?? expect.unreachable();
    expect([times, rest?.times, rest?.values, rest?.bytes]).toEqual([2, 2, 2, 26]);
  });

  it.each([
    'isStarred id', // the first is a function
    'id isStarred s: id', // the alias would repeat what was cut
    'author { userId }', // not one leaf of the row itself
    'editedBy { userId }',
    'urls { url }',
    'thread { replyCount }',
  ])('nothing of `%s`', (fields) => {
    expect(cutOfMessages(fields)).toBeUndefined();
  });

  it.each([
    ['markup { plainText json }', 'markup'],
    ['attachments { kind }', 'attachments'],
    ['files { id }', 'files'],
    ['reactions { emoji }', 'reactions'],
  ])('no object of which a part cannot be cut: `id %s`', (fields, rest) => {
    const cut = cutOfMessages(`id ${fields}`);
    expect(cut?.cut.fields).toEqual([id]);
    expect(cut?.rest?.steps.map(({ responseName }) => responseName)).toEqual([rest]);
  });
});

describe('Which rows are cut', () => {
  const room = (page: string) => `{ directMessage(id: "x") { messages { ${page} } } }`;
  const cutAt = (page: string, path: string) => rowsAt(room(page), `directMessage messages ${path}`).cut;

  it('those of `nodes`, also under an alias and behind other fields', () => {
    expect(cutAt('totalCount rows: nodes { id }', 'rows')).toBeDefined();
  });

  it('those of `edges` where there are no `nodes`', () => {
    expect(cutAt('edges { cursor node { id } }', 'edges node')).toBeDefined();
    expect(cutAt('nodes { id } edges { node { id } }', 'edges node')).toBeUndefined();
    expect(cutAt('nodes { id } edges { node { id } }', 'nodes')).toBeDefined();
  });

  it('none of a page without rows, or with nothing in them to cut', () => {
    const cutOf = (page: string) => fieldAt(selectionOf(room(page)), ['directMessage', 'messages']).cut;
    expect(cutOf('totalCount')).toBeUndefined();
    expect(cutOf('edges { cursor }')).toBeUndefined();
    expect(cutOf('nodes { isStarred }')).toBeUndefined();
    expect(cutOf('nodes { id }')?.fields).toEqual([id]);
  });

  it('none of receipts and members, which are parsed always', () => {
    const fields = 'members { nodes { id } } messages { nodes { readReceipts { nodes { id } } } }';
    const selection = selectionOf(
      `{ directMessage(id: "x") { ${fields} } readReceipts(messageId: "x") { nodes { id } } }`,
    );
    const cutOf = (path: string) => fieldAt(selection, path.split(' ')).cut;
    expect(cutOf('directMessage members')).toBeUndefined();
    expect(cutOf('directMessage messages nodes readReceipts')).toBeUndefined();
    expect(cutOf('readReceipts')).toBeUndefined();
  });

  it('and the writer is told of them from the root on', () => {
    for (const [page, path] of [
      ['nodes { id }', 'nodes'],
      ['edges { node { id } }', 'edges'],
    ] as const) {
      const selection = selectionOf(room(page));
      const messages = fieldAt(selection, ['directMessage', 'messages']).completion;
      const list = fieldAt(selection, ['directMessage', 'messages', path]).completion;
      expect(list.kind === 'list' && list.item.needsWriter).toBe(path === 'edges');
      const above = [selection, objectIn(messages), messages, list, objectIn(list)];
      expect(above.map(({ needsWriter }) => needsWriter)).toEqual(
        path === 'edges' ? [true, true, true, true, true] : [true, true, true, true, false],
      );
    }
    expect(selectionOf(room('nodes { isStarred }')).needsWriter).toBe(false);
    expect(selectionOf(room('totalCount')).needsWriter).toBe(false);
  });
});
