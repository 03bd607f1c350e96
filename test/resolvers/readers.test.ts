import { describe, expect, it } from 'vitest';
import {
  checkedId,
  equals,
  flag,
  id,
  instant,
  int,
  json,
  objects,
  readingOf,
  text,
  texts,
  textsOrNull,
  textUnless,
  unlessStub,
  type Reader,
} from '../../src/resolvers/readers.ts';

const strange = [undefined, null, 0, -1.5, 2 ** 31, '', 'text', true, [], ['a', 1], {}, { a: 1 }];
const all = (reader: Reader<unknown>) => strange.map((value) => reader({ p: value }));
const nulls = strange.map(() => null);
/** Null but for the values of these indexes. */
const but = (kept: readonly number[], map = (value: unknown): unknown => value) =>
  nulls.map((_, index) => (kept.includes(index) ? map(strange[index]) : null));

describe('readers', () => {
  it('read a value of their kind, and null or another for everything else', () => {
    expect(all(text('p'))).toEqual(but([5, 6]));
    expect(all(text('p', ''))).toEqual(but([5, 6]).map((value) => value ?? ''));
    expect(all(id('p'))).toEqual(but([6]));
    expect(all(int('p'))).toEqual(but([2]));
    expect(all(int('p', 7))).toEqual(but([2]).map((value) => value ?? 7));
    expect(all(flag('p'))).toEqual(but([7]));
    expect(all(flag('p', false))).toEqual(but([7]).map((value) => value ?? false));
    expect(all(json('p'))).toEqual(strange.map((value) => value ?? null));
    expect(all(instant('p'))).toEqual(nulls);
    expect(instant('p')({ p: '2026-10-30T16:02:11.402Z' })).toBe('2026-10-30T16:02:11.402Z');
    expect(all(texts('p'))).toEqual(strange.map((_, index) => (index === 9 ? ['a'] : [])));
    expect(all(textsOrNull('p'))).toEqual(but([8, 9], (value) => (value as unknown[]).filter((item) => item === 'a')));
    expect(all(equals('p', true))).toEqual(strange.map((value) => value === true));
    expect(all(equals('p', 'text'))).toEqual(strange.map((value) => value === 'text'));
  });

  it('read objects of lists, all of them or those that have a text or an id', () => {
    const list = { p: [{ a: '' }, { a: 'x' }, { a: 1 }, null, 'a', [], {}] };
    expect(objects('p')(list)).toEqual([{ a: '' }, { a: 'x' }, { a: 1 }, {}]);
    expect(objects('p', { text: 'a' })(list)).toEqual([{ a: '' }, { a: 'x' }]);
    expect(objects('p', { id: 'a' })(list)).toEqual([{ a: 'x' }]);
    expect(all(objects('p'))).toEqual(strange.map(() => []));
  });

  it('read a property of a property, and null where that is no object', () => {
    expect(strange.map((value) => text('p.a')({ p: value }))).toEqual(nulls);
    expect(text('p.a')({ p: { a: 'x' } })).toBe('x');
  });

  it('read a fixed text where another property has a value', () => {
    const reader = textUnless('t', 'e2e', 'secret', 'p');
    expect([reader({ p: 'x' }), reader({ p: 'x', t: 'e2e' }), reader({ t: 'rm' })]).toEqual(['x', 'secret', '']);
    expect(readingOf(reader)?.read({ p: 'x', t: 'e2e' })).toBe('secret');
  });

  it('say what they read; a resolver with stubs says it for whole sources', () => {
    expect(readingOf(checkedId('_id'))).toMatchObject({ kind: 'id', path: '_id' });
    expect([readingOf(() => null), readingOf(undefined)]).toEqual([undefined, undefined]);
    const resolve = () => 'loaded';
    expect(readingOf(unlessStub(resolve, text('topic'), 't'))).toMatchObject({
      kind: 'text',
      path: 'topic',
      needs: 't',
    });
    expect(
      readingOf(
        unlessStub(
          () => null,
          () => null,
          't',
        ),
      ),
    ).toBeUndefined();
    expect(unlessStub(resolve, text('topic'), 't')).toBe(resolve);
  });
});
