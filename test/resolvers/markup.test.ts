import { describe, expect, it } from 'vitest';
import { flattenMarkup } from '../../src/resolvers/markup.ts';

const plain = (value: string) => ({ type: 'PLAIN_TEXT', value });

describe('a parsed text, flattened', () => {
  it('lists nodes in reading order, parents before children', () => {
    const { nodes } = flattenMarkup([
      { type: 'PARAGRAPH', value: [{ type: 'BOLD', value: [plain('Update')] }, plain(' now')] },
      { type: 'PARAGRAPH', value: [{ type: 'LINK', value: { src: plain('https://a.example'), label: [plain('here')] } }] },
    ]);
    expect(nodes.map(({ index, parent, type, text, url }) => [index, parent, type, text, url])).toEqual([
      [0, null, 'PARAGRAPH', null, null],
      [1, 0, 'BOLD', null, null],
      [2, 1, 'PLAIN_TEXT', 'Update', null],
      [3, 0, 'PLAIN_TEXT', ' now', null],
      [4, null, 'PARAGRAPH', null, null],
      [5, 4, 'LINK', null, 'https://a.example'],
      [6, 5, 'PLAIN_TEXT', 'here', null],
    ]);
  });

  it('lists the nodes inside a type that nobody knows below it', () => {
    const { nodes } = flattenMarkup([{ type: 'CARD', value: { title: plain('Title'), body: { text: [{ type: 'BOLD', value: [plain('body')] }] } } }]);
    expect(nodes.map(({ index, parent, type, text }) => [index, parent, type, text])).toEqual([
      [0, null, 'CARD', null],
      [1, 0, 'PLAIN_TEXT', 'Title'],
      [2, 0, 'BOLD', null],
      [3, 2, 'PLAIN_TEXT', 'body'],
    ]);
  });

  it.each([
    ['two paragraphs', [{ type: 'PARAGRAPH', value: [plain('a')] }, { type: 'PARAGRAPH', value: [plain('b')] }], 'a\nb'],
    ['an empty line', [{ type: 'PARAGRAPH', value: [plain('a')] }, { type: 'LINE_BREAK' }, { type: 'PARAGRAPH', value: [plain('b')] }], 'a\nb'],
    ['mentions', [{ type: 'PARAGRAPH', value: [{ type: 'MENTION_USER', value: plain('bob') }, plain(' in '), { type: 'MENTION_CHANNEL', value: plain('general') }] }], '@bob in #general'],
    ['emoji by code and by character', [{ type: 'BIG_EMOJI', value: [{ type: 'EMOJI', value: plain('smile'), shortCode: 'smile' }, { type: 'EMOJI', unicode: '😀' }] }], ':smile:😀'],
    ['a list', [{ type: 'UNORDERED_LIST', value: [{ type: 'LIST_ITEM', value: [plain('one')] }, { type: 'LIST_ITEM', value: [plain('two')] }] }], 'one\ntwo'],
    ['tasks', [{ type: 'TASKS', value: [{ type: 'TASK', status: true, value: [plain('done')] }] }], 'done'],
    ['code', [{ type: 'CODE', language: 'ts', value: [{ type: 'CODE_LINE', value: plain('let a;') }, { type: 'CODE_LINE', value: plain('a = 1;') }] }], 'let a;\na = 1;'],
    ['a link with one label node', [{ type: 'PARAGRAPH', value: [{ type: 'LINK', value: { src: plain('https://a.example'), label: plain('a') } }] }], 'a'],
    ['a colour', [{ type: 'PARAGRAPH', value: [{ type: 'COLOR', value: { r: 1, g: 2, b: 3, a: 255 } }] }], 'rgba(1, 2, 3, 255)'],
    ['a timestamp', [{ type: 'PARAGRAPH', value: [{ type: 'TIMESTAMP', value: { timestamp: '1700000000', format: 'f' } }] }], '2023-11-14T22:13:20.000Z'],
    ['a timestamp that is none', [{ type: 'PARAGRAPH', value: [{ type: 'TIMESTAMP', value: { timestamp: 'x', format: 'f' } }] }], ''],
    ['a formula', [{ type: 'KATEX', value: 'E = mc^2' }], 'E = mc^2'],
    ['an unknown type with children', [{ type: 'HOLOGRAM', value: [plain('hi')] }], 'hi'],
    ['an unknown type with a fallback', [{ type: 'HOLOGRAM', fallback: plain('hi') }], 'hi'],
    ['an unknown type whose value has nodes by name', [{ type: 'CARD', value: { title: plain('Title'), body: [plain(' and '), { type: 'BOLD', value: [plain('body')] }], colour: 'red' } }], 'Title and body'],
    ['an unknown type whose nodes are wrapped again', [{ type: 'TABLE', value: { rows: [{ cells: [plain('a'), plain('b')] }, [[plain('c')]]] } }], 'abc'],
    ['an unknown type with a target', [{ type: 'BUTTON', value: { src: plain('https://a.example'), caption: plain('go') } }], 'go'],
    ['an unknown type with a source that is no target', [{ type: 'EMBED', value: { src: [plain('inside')] } }], 'inside'],
    ['an unknown type without nodes but with a fallback', [{ type: 'CLOCK', value: { hour: 7, parts: [] }, fallback: plain('seven') }], 'seven'],
    ['an image without a label', [{ type: 'PARAGRAPH', value: [{ type: 'IMAGE', value: { src: plain('https://a.example/i.png') } }] }], ''],
    ['things that are no nodes', [null, 1, 'x', {}, { type: 1 }, { type: 'PARAGRAPH', value: [null, plain('ok')] }], 'ok'],
  ])('reads %s as plain text', (_name, tree, text) => {
    expect(flattenMarkup(tree).plainText).toBe(text);
  });

  it('is bounded in depth and number, and exhausts no stack', () => {
    let deep: unknown = plain('bottom');
    for (let level = 0; level < 5000; level += 1) deep = { type: 'QUOTE', value: [deep] };
    expect(flattenMarkup([deep]).nodes).toHaveLength(64);
    let wrapped: unknown = plain('bottom');
    for (let level = 0; level < 5000; level += 1) wrapped = level % 2 === 0 ? [wrapped] : { in: wrapped };
    expect(flattenMarkup([{ type: 'CARD', value: wrapped }]).nodes).toHaveLength(1);
    const wide = Array.from({ length: 20_000 }, () => plain('x'));
    expect(flattenMarkup(wide).nodes).toHaveLength(10_000);
  });
});
