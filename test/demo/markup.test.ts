import { describe, expect, it } from 'vitest';
import { parseMarkup, plainText, type MarkupNode } from '../../src/demo/markup.ts';

const link = (url: string, label: MarkupNode[]): MarkupNode => ({
  type: 'LINK',
  value: { src: plainText(url), label },
});

const INLINES: readonly (readonly [string, MarkupNode[]])[] = [
  ['plain', [plainText('plain')]],
  ['a *b* c', [plainText('a '), { type: 'BOLD', value: [plainText('b')] }, plainText(' c')]],
  ['*a _b_*', [{ type: 'BOLD', value: [plainText('a '), { type: 'ITALIC', value: [plainText('b')] }] }]],
  ['~a~', [{ type: 'STRIKE', value: [plainText('a')] }]],
  ['||a||', [{ type: 'SPOILER', value: [plainText('a')] }]],
  ['`*a*`', [{ type: 'INLINE_CODE', value: plainText('*a*') }]],
  ['some_snake_case', [plainText('some_snake_case')]],
  ['https://a.example/b_c.', [link('https://a.example/b_c', [plainText('https://a.example/b_c')]), plainText('.')]],
  [
    '[a *b*](https://a.example)',
    [link('https://a.example', [plainText('a '), { type: 'BOLD', value: [plainText('b')] }])],
  ],
  ['@jo.doe, hi', [{ type: 'MENTION_USER', value: plainText('jo.doe') }, plainText(', hi')]],
  ['in #general', [plainText('in '), { type: 'MENTION_CHANNEL', value: plainText('general') }]],
  ['ok :tada:', [plainText('ok '), { type: 'EMOJI', value: plainText('tada'), shortCode: 'tada' }]],
  ['ok 🎉', [plainText('ok '), { type: 'EMOJI', unicode: '🎉' }]],
  ['at 10:30:00', [plainText('at 10:30:00')]],
];

describe('md of a text', () => {
  it.each(INLINES)('parses %s', (text, value) => {
    expect(parseMarkup(text)).toEqual([{ type: 'PARAGRAPH', value }]);
  });

  it('a text of up to three emoji becomes BIG_EMOJI', () => {
    const tada = { type: 'EMOJI', value: plainText('tada'), shortCode: 'tada' };
    expect(parseMarkup(':tada: :tada:')).toEqual([{ type: 'BIG_EMOJI', value: [tada, tada] }]);
    expect(parseMarkup(':tada: :tada: :tada: :tada:')).toMatchObject([{ type: 'PARAGRAPH' }]);
  });

  it('markup is split into blocks by line', () => {
    const text = '# Title\n\n- a\n- b\n1. one\n- [x] done\n> said\n```ts\nlet a;\n```\nend';
    expect(parseMarkup(text)).toEqual([
      { type: 'HEADING', level: 1, value: [plainText('Title')] },
      { type: 'LINE_BREAK' },
      {
        type: 'UNORDERED_LIST',
        value: [
          { type: 'LIST_ITEM', value: [plainText('a')] },
          { type: 'LIST_ITEM', value: [plainText('b')] },
        ],
      },
      { type: 'ORDERED_LIST', value: [{ type: 'LIST_ITEM', value: [plainText('one')], number: 1 }] },
      { type: 'TASKS', value: [{ type: 'TASK', status: true, value: [plainText('done')] }] },
      { type: 'QUOTE', value: [{ type: 'PARAGRAPH', value: [plainText('said')] }] },
      { type: 'CODE', language: 'ts', value: [{ type: 'CODE_LINE', value: plainText('let a;') }] },
      { type: 'PARAGRAPH', value: [plainText('end')] },
    ]);
  });

  it('an unclosed code fence stays text', () => {
    expect(parseMarkup('```ts\nlet a;')).toHaveLength(2);
  });
});
