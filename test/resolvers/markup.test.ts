import { describe, expect, it } from 'vitest';
import { AnswerSize } from '../../src/context/answer-size.ts';
import { flattenMarkup, MessageMarkup } from '../../src/resolvers/markup.ts';
import { resolveField } from '../support/resolve.ts';

const plain = (value: string) => ({ type: 'PLAIN_TEXT', value });

describe('a parsed text, flattened', () => {
  it('flattened markup lists nodes in reading order, parents before children', () => {
    const { nodes } = flattenMarkup([
      { type: 'PARAGRAPH', value: [{ type: 'BOLD', value: [plain('Update')] }, plain(' now')] },
      {
        type: 'PARAGRAPH',
        value: [{ type: 'LINK', value: { src: plain('https://a.example'), label: [plain('here')] } }],
      },
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

  it('children of an unknown node type are listed below it', () => {
    const { nodes } = flattenMarkup([
      { type: 'CARD', value: { title: plain('Title'), body: { text: [{ type: 'BOLD', value: [plain('body')] }] } } },
    ]);
    expect(nodes.map(({ index, parent, type, text }) => [index, parent, type, text])).toEqual([
      [0, null, 'CARD', null],
      [1, 0, 'PLAIN_TEXT', 'Title'],
      [2, 0, 'BOLD', null],
      [3, 2, 'PLAIN_TEXT', 'body'],
    ]);
  });

  it.each([
    [
      'two paragraphs',
      [
        { type: 'PARAGRAPH', value: [plain('a')] },
        { type: 'PARAGRAPH', value: [plain('b')] },
      ],
      'a\nb',
    ],
    [
      'an empty line',
      [{ type: 'PARAGRAPH', value: [plain('a')] }, { type: 'LINE_BREAK' }, { type: 'PARAGRAPH', value: [plain('b')] }],
      'a\nb',
    ],
    [
      'mentions',
      [
        {
          type: 'PARAGRAPH',
          value: [
            { type: 'MENTION_USER', value: plain('bob') },
            plain(' in '),
            { type: 'MENTION_CHANNEL', value: plain('general') },
          ],
        },
      ],
      '@bob in #general',
    ],
    [
      'emoji by code and by character',
      [
        {
          type: 'BIG_EMOJI',
          value: [
            { type: 'EMOJI', value: plain('smile'), shortCode: 'smile' },
            { type: 'EMOJI', unicode: '😀' },
          ],
        },
      ],
      ':smile:😀',
    ],
    [
      'a list',
      [
        {
          type: 'UNORDERED_LIST',
          value: [
            { type: 'LIST_ITEM', value: [plain('one')] },
            { type: 'LIST_ITEM', value: [plain('two')] },
          ],
        },
      ],
      'one\ntwo',
    ],
    ['tasks', [{ type: 'TASKS', value: [{ type: 'TASK', status: true, value: [plain('done')] }] }], 'done'],
    [
      'code',
      [
        {
          type: 'CODE',
          language: 'ts',
          value: [
            { type: 'CODE_LINE', value: plain('let a;') },
            { type: 'CODE_LINE', value: plain('a = 1;') },
          ],
        },
      ],
      'let a;\na = 1;',
    ],
    [
      'a link with one label node',
      [{ type: 'PARAGRAPH', value: [{ type: 'LINK', value: { src: plain('https://a.example'), label: plain('a') } }] }],
      'a',
    ],
    [
      'a colour',
      [{ type: 'PARAGRAPH', value: [{ type: 'COLOR', value: { r: 1, g: 2, b: 3, a: 255 } }] }],
      'rgba(1, 2, 3, 255)',
    ],
    [
      'a timestamp',
      [{ type: 'PARAGRAPH', value: [{ type: 'TIMESTAMP', value: { timestamp: '1700000000', format: 'f' } }] }],
      '2023-11-14T22:13:20.000Z',
    ],
    [
      'a timestamp that is none',
      [{ type: 'PARAGRAPH', value: [{ type: 'TIMESTAMP', value: { timestamp: 'x', format: 'f' } }] }],
      '',
    ],
    ['a timestamp that is before all calendars', [{ type: 'TIMESTAMP', value: { timestamp: '-8640000000000' } }], ''],
    ['a timestamp that is after them', [{ type: 'TIMESTAMP', value: { timestamp: '8640000000000' } }], ''],
    ['a timestamp of before 1970', [{ type: 'TIMESTAMP', value: { timestamp: '-1' } }], '1969-12-31T23:59:59.000Z'],
    ['an emoji of a character and a code', [{ type: 'EMOJI', unicode: '😀', shortCode: 'smile' }], '😀'],
    ['an emoji of a code alone', [{ type: 'EMOJI', shortCode: 'smile' }], ':smile:'],
    ['an emoji of neither', [{ type: 'EMOJI' }], ''],
    ['what begins and ends with space, without that', [plain('  a '), { type: 'LINE_BREAK' }], 'a'],
    ['two empty lines', [plain('a'), { type: 'LINE_BREAK' }, { type: 'LINE_BREAK' }, plain('b')], 'a\n\nb'],
    ['what follows in one line', [plain('a'), { type: 'BOLD', value: [plain('b')] }, plain('c')], 'abc'],
    ['a link without a label', [{ type: 'LINK', value: { src: plain('https://a.example') } }], ''],
    [
      'a link without a label, by its fallback',
      [{ type: 'LINK', value: { src: plain('https://a.example') }, fallback: plain('a') }],
      'a',
    ],
    [
      'an image with labels',
      [{ type: 'IMAGE', value: { src: plain('/i.png'), label: [plain('a'), plain('b')] } }],
      'ab',
    ],
    ['a formula', [{ type: 'KATEX', value: 'E = mc^2' }], 'E = mc^2'],
    ['an unknown type with children', [{ type: 'HOLOGRAM', value: [plain('hi')] }], 'hi'],
    ['an unknown type with a fallback', [{ type: 'HOLOGRAM', fallback: plain('hi') }], 'hi'],
    [
      'an unknown type whose value has nodes by name',
      [
        {
          type: 'CARD',
          value: {
            title: plain('Title'),
            body: [plain(' and '), { type: 'BOLD', value: [plain('body')] }],
            colour: 'red',
          },
        },
      ],
      'Title and body',
    ],
    [
      'an unknown type whose nodes are wrapped again',
      [{ type: 'TABLE', value: { rows: [{ cells: [plain('a'), plain('b')] }, [[plain('c')]]] } }],
      'abc',
    ],
    [
      'an unknown type with a target',
      [{ type: 'BUTTON', value: { src: plain('https://a.example'), caption: plain('go') } }],
      'go',
    ],
    [
      'an unknown type with a source that is no target',
      [{ type: 'EMBED', value: { src: [plain('inside')] } }],
      'inside',
    ],
    [
      'an unknown type without nodes but with a fallback',
      [{ type: 'CLOCK', value: { hour: 7, parts: [] }, fallback: plain('seven') }],
      'seven',
    ],
    [
      'an image without a label',
      [{ type: 'PARAGRAPH', value: [{ type: 'IMAGE', value: { src: plain('https://a.example/i.png') } }] }],
      '',
    ],
    [
      'things that are no nodes',
      [null, 1, 'x', {}, { type: 1 }, { type: 'PARAGRAPH', value: [null, plain('ok')] }],
      'ok',
    ],
  ])('the plain text is right for %s', (_name, tree, text) => {
    expect(flattenMarkup(tree).plainText).toBe(text);
  });

  it.each([
    'PARAGRAPH',
    'HEADING',
    'UNORDERED_LIST',
    'ORDERED_LIST',
    'LIST_ITEM',
    'TASKS',
    'TASK',
    'QUOTE',
    'BLOCKQUOTE',
    'CODE',
    'CODE_LINE',
    'KATEX',
    'SPOILER_BLOCK',
    'BIG_EMOJI',
  ])('%s starts a new line of plain text', (type) => {
    expect(
      flattenMarkup([
        { type, value: [plain('a')] },
        { type, value: [plain('b')] },
      ]).plainText,
    ).toBe('a\nb');
    expect(flattenMarkup([plain('a'), { type, value: 'b' }]).plainText).toBe('a\nb');
  });

  it('only links and images have a target, from a node or a string', () => {
    const urlOf = (value: unknown) => flattenMarkup([{ type: 'LINK', value }]).nodes[0]?.url;
    expect([{ src: 'https://a.example' }, { src: plain('https://b.example') }].map(urlOf)).toEqual([
      'https://a.example',
      'https://b.example',
    ]);
    expect([{ src: 7 }, { src: {} }, {}, 'x', undefined].map(urlOf)).toEqual([null, null, null, null, null]);
  });

  it('only objects with a type are nodes, and only text types have text', () => {
    const odd = [
      null,
      1,
      'x',
      {},
      { type: 1 },
      { type: 'A', value: { timestamp: '0' } },
      { type: 'B', value: { r: 1, g: 2, b: 3, a: 4 } },
      { type: 'COLOR', value: 7 },
      { type: 'TIMESTAMP', value: null },
    ];
    expect(flattenMarkup(odd).nodes.map(({ type, text }) => [type, text])).toEqual([
      ['A', null],
      ['B', null],
      ['COLOR', null],
      ['TIMESTAMP', null],
    ]);
    expect(flattenMarkup([{ type: 'A' }, { type: 'B', value: {} }]).nodes).toHaveLength(2);
  });

  it('`markup` has the flattened nodes, the plain text and the original tree', () => {
    const parent = { tree: [{ type: 'BOLD', value: [plain('a')] }] };
    expect(resolveField(MessageMarkup, 'json', parent)).toBe(parent.tree);
    const context = { answerSize: new AnswerSize(() => true) };
    const nodes = resolveField(MessageMarkup, 'nodes', parent, context);
    expect(nodes).toMatchObject([{ type: 'BOLD' }, { text: 'a' }]);
    expect(resolveField(MessageMarkup, 'plainText', parent, context)).toBe('a');
    expect(resolveField(MessageMarkup, 'nodes', parent, context)).toBe(nodes); // worked out once for each tree
  });

  it('flattened markup is limited in depth and number, and overflows no stack', () => {
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
