import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/json.ts';
import { LazyRow } from '../../src/projection/lazy-row.ts';
import { RowCutter, type RowCut } from '../../src/projection/row-cutter.ts';
import { isInstantAt, isTextAt, isTextWithin, textAt, TextPath } from '../../src/projection/text-at.ts';

const cut: RowCut = { fields: [{ name: 'id', kind: 'id', path: ['_id'] }], paths: ['u._id'] };
const list = { name: 'rows', paths: ['_id', 'ts', 'n'] };

/** The only row of a body as a lazy one, and as JSON.parse takes it. */
function rowOf(text: string): { lazy: JsonObject; parsed: JsonObject } {
  const cutter = new RowCutter(list, cut);
  const [row] = cutter.apply(Buffer.from(`{"rows":[${text}],"success":true}`))?.rows ?? [];
  return { lazy: cutter.lazy(row ?? expect.unreachable()), parsed: JSON.parse(text) as JsonObject };
}

const rows = [
  '{}',
  '{"_id":"a","ts":"2026-11-26T10:00:00.000Z","u":{"_id":"u","name":"U"},"msg":"m","n":1}',
  '{"_id":"","ts":"","u":{"_id":""}}',
  '{"_id":5,"ts":null,"u":"u"}',
  '{"_id":["a"],"ts":{"$date":1},"u":[{"_id":"u"}]}',
  '{"_id":"\\u0061","ts":"2026-11-26T10:00:00.000\\u005a","u":{"_id":"\\u00fc"}}',
  '{"_id":"ü漢😀","ts":"2026-02-30T10:00:00.000Z","u":{"_id":"ü"}}',
  '{"_id":"a\\\\b","ts":"2026-11-26T10:00:00+01:00","u":{"_id":"\\"u\\""}}',
  '{"_id":"a","_id":"b","ts":"x","ts":"2024-02-29T23:59:59.999Z","u":{"_id":"u"},"u":{}}',
  '{"_\\u0069d":"a","u":{"\\u005fid":"u"}}',
  ...['0', '-0', '-5', '123456789', '1234567890', '1.5', '1e3', '"5"', 'true', 'null', '[1]'].map(
    (n) => `{"n":${n},"_id":"a"}`,
  ),
  '{"n":1,"n":2}',
  '{"u._id":"a property","u":{"_id":"a path"}}',
  `{"_id":"${'x'.repeat(128)}","ts":"2024-02-29","u":{"_id":"${'é'.repeat(65)}"}}`,
  '{"__proto__":{"_id":"polluted"},"constructor":"c","toString":"t","read":1}',
  '{"_hidden":true,"_id":"h","ts":"2026-11-26T10:00:00.000Z","_updatedAt":"2026-11-26T10:00:00.000Z"}',
];

const properties =
  '_id ts u msg n _hidden constructor toString read isOne json then __proto__ hasOwnProperty 0 u._id'.split(' ');
const paths = ['_id', 'ts', 'u', 'u._id', 'u.name', 'msg', 'n', 'absent', 'u._id._id'].map(
  (path) => new TextPath(path),
);

describe.each(rows)('A row that is parsed when it has to be: %s', (text) => {
  it.each(properties)('has the property %s of the parsed row', (property) => {
    const { lazy, parsed } = rowOf(text);
    expect(lazy[property]).toEqual(parsed[property]);
    expect(lazy[property]).toEqual(parsed[property]);
  });

  it('has symbols’ properties of the parsed row, and is an object like it', () => {
    const { lazy, parsed } = rowOf(text);
    expect([Reflect.get(lazy, Symbol.iterator), Array.isArray(lazy), LazyRow.isOne(lazy)]).toEqual([
      undefined,
      false,
      true,
    ]);
    expect(LazyRow.isOne(parsed)).toBe(false);
  });

  it.each(paths)('tells of its text at $path what the parsed row tells', (path) => {
    const { lazy, parsed } = rowOf(text);
    const [found, expected] = [lazy, parsed].map((row) => [
      textAt(row, path),
      isInstantAt(row, path),
      ...[0, 1, 3, 4, 127, 128, 129, 130, Number.POSITIVE_INFINITY].map((bytes) => isTextWithin(row, path, bytes)),
      ...['', 'a', 'b', 'u', 'ü', 'a\\b', 'ü漢😀', textAt(parsed, path) ?? 'none'].map((other) =>
        isTextAt(row, path, other),
      ),
    ]);
    expect(found).toEqual(expected);
  });
});

it('A text is found by its path in the rows of one list and of another', () => {
  const path = new TextPath('ts');
  const lists = [list, { name: 'rows', paths: ['ts'] }, { name: 'rows', paths: [] }];
  const read = lists.map((each) => {
    const cutter = new RowCutter(each, cut);
    const [row] = cutter.apply(Buffer.from('{"rows":[{"_id":"a","ts":"t","u":{"_id":"u"}}]}'))?.rows ?? [];
    const lazy = cutter.lazy(row ?? expect.unreachable());
    return [textAt(lazy, path), textAt(lazy, path), isTextAt(lazy, path, 't')];
  });
  expect(read).toEqual(lists.map(() => ['t', 't', true]));
});
