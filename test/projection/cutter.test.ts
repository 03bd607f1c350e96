import { describe, expect, test } from 'vitest';
import { createCutter, maxBodyBytes } from '../../src/projection/cutter.ts';
import { engineOf } from '../../src/projection/engine.ts';
import { messagesPage, roomsPage } from '../bench/workspace.ts';
import { Comparison } from './compare.ts';
import { everything, messageFields, messages } from './programs.ts';

const bodyOf = (...rows: readonly string[]): string => `{"rows":[${rows.join(',')}],"success":true}`;
const pageOf = (room: number): string => JSON.stringify({ ...messagesPage(room, 0, 50), success: true });

test('WebAssembly runs here, so that the comparisons are of two engines', () => {
  expect(engineOf('wasm')).not.toBe(engineOf('js'));
});

describe('Ordinary bodies', () => {
  test('every row of a page of messages is cut', () => {
    const comparison = new Comparison(messages);
    for (let room = 0; room < 20; room += 1) comparison.check(pageOf(room));
    expect(comparison.tally).toStrictEqual({ bodies: 20, left: 0, rows: 1000, unfit: 0 });
  });

  test('rooms with their last message are cut', () => {
    const comparison = new Comparison({
      list: 'ims',
      keys: [['_id'], ['lastMessage', '_id']],
      fields: [
        { name: 'id', kind: 'id', path: ['_id'], isNonNull: true },
        { name: 'messageCount', kind: 'int', path: ['msgs'] },
        { name: 'usernames', kind: 'texts', property: 'usernames' },
        { name: 'lastMessage', kind: 'object', path: ['lastMessage'], of: messageFields },
      ],
    });
    comparison.check(JSON.stringify({ ...roomsPage(0, 50), success: true }));
    expect(comparison.tally).toStrictEqual({ bodies: 1, left: 0, rows: 50, unfit: 0 });
  });

  test('escapes that JSON.stringify writes, emoji and other scripts are cut', () => {
    const texts = [
      'a\nb\t"c"\\',
      'Zoë Müller',
      '👍🏽 日本語',
      '\u0000\u001f\b\f\r',
      '\u007f\u2028\u2029\uFEFF',
      '</script>',
    ];
    const rows = texts.map((text) =>
      JSON.stringify({ a: text, j: { text, [text]: [text] }, o: { a: text }, l: [text] }),
    );
    expect(new Comparison(everything).check(bodyOf(...rows))).not.toContain(undefined);
  });

  test('objects in a copied value may have the names of those around them', () => {
    const copied = ['{"a":{"b":1},"b":2}', '[{"a":1},{"a":2}]', '{"a":[{"b":1},{"b":2}],"b":{"a":{"a":1}}}'];
    expect(new Comparison(everything).check(bodyOf(...copied.map((json) => `{"j":${json}}`)))).not.toContain(undefined);
  });

  test('empty lists, and white space around values that are not copied', () => {
    expect(new Comparison(messages).check('{"messages":[]}')).toStrictEqual([]);
    expect(new Comparison(everything).check(' { "rows" : [ {"a" : "x" , "b":\ttrue } ,\r\n{ } ] } ')).not.toContain(
      undefined,
    );
  });
});

test('what is accepted is what JSON.parse accepts, for bodies without surprises', () => {
  const left = [
    '',
    ' ',
    '{',
    '{}',
    '[]',
    'null',
    '{"rows":[]',
    '{"rows":[]}}',
    '{"rows":[]} x',
    '{"rows":[]}\0',
    '\uFEFF{"rows":[]}',
  ];
  left.push(
    '{"rows":[],"rows":[]}',
    '{"r\\u006fws":[]}',
    '{"rows":[1],"r\\u006fws":[2]}',
    '{"rows":null}',
    '{"rows":[}',
    '{"rows":[1,]}',
    '{"rows":[] "x":1}',
  );
  const comparison = new Comparison(everything);
  for (const body of left) expect(comparison.check(body)).toBeUndefined();
  const cut = [
    '{"rows":[]}',
    '\n{"rows":[1,"a",null,[{}]]}\t',
    '{"x":{"rows":[1]},"rows":[]}',
    '{"__proto__":1,"1":2,"rows":[]}',
  ];
  for (const body of cut) expect(comparison.check(body)).toBeDefined();
});

test('bytes that are not UTF-8 are left to the caller', () => {
  const wrong = [
    [0xff],
    [0xc0, 0xaf],
    [0xe0, 0x80, 0xaf],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xc3],
    [0x80],
  ];
  const comparison = new Comparison(everything);
  for (const bytes of wrong) {
    const body = Buffer.concat([Buffer.from('{"rows":[{"a":"'), Buffer.from(bytes), Buffer.from('"}]}')]);
    expect(comparison.check(body)).toBeUndefined();
  }
});

test('a copied value may be as deep as the JSON scalar takes it, a body 512 levels', () => {
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
  const comparison = new Comparison(everything);
  const textOf = (levels: number) => comparison.check(bodyOf(`{"j":${nested(levels)}}`))?.[0];
  expect(textOf(256)).toContain(nested(256));
  expect(textOf(257)).toBeUndefined();
  expect(comparison.check(bodyOf(`{"unknown":${nested(509)}}`))).not.toContain(undefined);
  expect(comparison.check(bodyOf(`{"unknown":${nested(510)}}`))).toBeUndefined();
  expect(comparison.check(`{"rows":[],"x":${'{"x":'.repeat(100_000)}`)).toBeUndefined();
});

test('copied objects with more keys than are compared are left to the caller', () => {
  const objectOf = (keys: number) =>
    JSON.stringify(Object.fromEntries(Array.from({ length: keys }, (_, key) => [`k${key}`, {}])));
  const comparison = new Comparison(everything);
  expect(
    comparison.check(bodyOf(`{"j":${objectOf(64)}}`, `{"j":${objectOf(65)}}`))?.map((text) => text !== undefined),
  ).toStrictEqual([true, false]);
});

test('copied objects with too many open keys at once are left to the caller, and nothing is overwritten', () => {
  const keys = Array.from({ length: 60 }, (_, key) => `"k${key}":0`).join(',');
  const nested = (levels: number): string => `${`{${keys},"inner":`.repeat(levels)}0${'}'.repeat(levels)}`;
  const texts = new Comparison(everything).check(
    bodyOf(...[67, 68, 250, 1].map((levels) => `{"j":${nested(levels)}}`)),
  );
  expect(texts?.map((text) => text !== undefined)).toStrictEqual([true, false, false, true]);
});

test('bodies, lists and answers beyond the memory are left to the caller', () => {
  const comparison = new Comparison(everything);
  const largest = `{"x":"${'x'.repeat(maxBodyBytes - 18)}","rows":[]}`;
  expect(Buffer.byteLength(largest)).toBe(maxBodyBytes);
  expect(comparison.check(largest)).toBeDefined();
  expect(comparison.check(`${largest} `)).toBeUndefined();
  expect(comparison.check(bodyOf(...Array.from({ length: 4096 }, () => '1')))).toHaveLength(4096);
  expect(comparison.check(bodyOf(...Array.from({ length: 4097 }, () => '1')))).toBeUndefined();
  // A text of a megabyte under more names than fit.
  const many = Array.from({ length: 8 }, (_, index) => ({ name: `a${index}`, kind: 'text', path: ['a'] }) as const);
  const comparisonOfMany = new Comparison({ list: 'rows', keys: [], fields: many });
  const texts = comparisonOfMany.check(bodyOf(`{"a":"${'x'.repeat(1_000_000)}"}`, '{"a":"y"}'));
  expect(texts?.map((text) => text !== undefined)).toStrictEqual([false, true]);
});

test.each(['wasm', 'js'] as const)('the memory is bounded (%s)', (engine) => {
  const bytes = 10 * 1024 * 1024;
  expect(engineOf(engine).reserve(bytes)?.bytes).toHaveLength(bytes);
  expect(engineOf(engine).reserve(bytes + 1)).toBeUndefined();
  // Room for the keys of so many rows is more than that.
  const keys = Array.from({ length: 200 }, () => ['a']);
  const body = Buffer.from(`{"rows":[${'1,'.repeat(4000)}1],"x":"${'x'.repeat(1_500_000)}"}`);
  const fields = [{ name: 'a', kind: 'text', path: ['a'] }] as const;
  expect(createCutter({ list: 'rows', keys, fields }, engine).cut(body)).toBeUndefined();
  expect(createCutter({ list: 'rows', keys: [], fields }, engine).cut(body)?.rows).toHaveLength(4001);
});

describe('Programs', () => {
  test('one that is too large cuts nothing', () => {
    const fields = Array.from(
      { length: 3000 },
      (_, index) => ({ name: `f${index}`, kind: 'text', path: ['a'] }) as const,
    );
    expect(new Comparison({ list: 'rows', keys: [], fields }).check(bodyOf('{"a":"x"}'))).toBeUndefined();
  });

  test('one that reads what every object inherits, no property, or no field is a mistake', () => {
    const read =
      (...path: string[]) =>
      () =>
        createCutter({ list: 'rows', keys: [], fields: [{ name: 'a', kind: 'json', path }] });
    expect(read('__proto__')).toThrow(TypeError);
    expect(read('a', 'constructor')).toThrow(TypeError);
    expect(read()).toThrow(TypeError);
    expect(() => createCutter({ list: 'rows', keys: [], fields: [] })).toThrow(TypeError);
  });
});
