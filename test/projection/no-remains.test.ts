import { textOf } from './compare.ts';
import { describe, expect, test } from 'vitest';
import { createCutter } from '../../src/projection/cutter.ts';
import { engineOf } from '../../src/projection/engine.ts';
import { everything } from './programs.ts';

const bodyOf = (...rows: readonly string[]): string => `{"rows":[${rows.join(',')}],"success":true}`;

describe.each(['wasm', 'js'] as const)('Nothing of one body shows in another (%s)', (engine) => {
  const cutter = createCutter(everything, engine);
  const secret = 'of another caller';
  const long = Buffer.from(
    bodyOf(...Array.from({ length: 40 }, () => `{"a":"${secret}","o":{"a":"${secret}"},"j":["${secret}"]}`)),
  );

  test('the memory holds none of it afterwards', () => {
    const bodies = [long, long.subarray(0, -30), Buffer.from(bodyOf(`{"a":"${secret}","i":"x"}`))];
    for (const body of bodies) {
      cutter.cut(body);
      expect(
        engineOf(engine)
          .reserve(0)
          ?.bytes.every((byte) => byte === 0),
      ).toBe(true);
    }
  });

  test('shorter bodies are cut as if they were the first', () => {
    const rows = ['{}', '{"a":"x"}', '{"o":{}}', '{"l":[{},{}]}'];
    const first = rows.map((row) => textOf(cutter.cut(Buffer.from(bodyOf(row)))?.rows[0]));
    for (const [index, row] of rows.entries()) {
      cutter.cut(long);
      const body = Buffer.from(bodyOf(row));
      expect(textOf(cutter.cut(body)?.rows[0])).toBe(first[index]);
      cutter.cut(long);
      for (let length = 0; length < body.length; length += 1)
        expect(cutter.cut(body.subarray(0, length))).toBeUndefined();
    }
  });

  test('rows keep their values when other bodies follow', () => {
    const row = cutter.cut(Buffer.from(bodyOf('{"a":"mine","_hidden":true}')))?.rows[0];
    cutter.cut(long);
    expect([textOf(row)?.includes('mine'), row?.key(0), row?.isHidden, row?.json()]).toStrictEqual([
      true,
      'mine',
      true,
      { a: 'mine', _hidden: true },
    ]);
  });
});
