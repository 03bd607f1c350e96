import { describe, expect, test } from 'vitest';
import { Comparison } from './compare.ts';
import { everything, strict } from './programs.ts';

const bodyOf = (...rows: readonly string[]): string => `{"rows":[${rows.join(',')}],"success":true}`;

describe('Values at the edge', () => {
  const values = [
    '0',
    '-0',
    '-1',
    '1',
    '00',
    '01',
    '-',
    '+1',
    '.5',
    '1.',
    '1.0',
    '1.5',
    '1.50',
    '-1.5',
    '1e2',
    '1E+2',
    '1e-7',
    '1e',
    '1e+',
    '0.000001',
    '0.0000001',
    '0.1',
    '-0.5',
    '-0.0',
    '2147483647',
    '2147483648',
    '-2147483647',
    '-2147483648',
    '999999999',
    '9007199254740993',
    '123456789012345',
    '1234567890123456',
    '0.123456789012345',
    '1e400',
    '-1e400',
    '5e-324',
    '1e-400',
    '123456789.123456',
    '123456789.1234567',
    '100000000000000000000',
    '0.30000000000000004',
    '12.0e0',
    '0e0',
    '1.e1',
    '0x1',
    'true',
    'false',
    'null',
    'tru',
    'truee',
    'nul',
    'True',
    'NaN',
    'Infinity',
    'undefined',
    "'a'",
    '',
    '[',
    ']',
    '{',
    '}',
    '""',
    '"a"',
    '"x"',
    '"é"',
    '"x\\n\\"é"',
    '"x\\u000a\\"é"',
    '"\\/"',
    '"\\u0041"',
    '"\\u0020"',
    '"\\u00e9"',
    '"\\u2028"',
    '"\\x"',
    '"\\b\\f\\n\\r\\t\\\\\\""',
    '"\\u0008"',
    '"\\u001f"',
    '"\\u001F"',
    '"\\u0000"',
    '"\\u007f"',
    '"\\u000B"',
    '"\\u000b"',
    '"\\ud83d\\ude00"',
    '"\\ud83d"',
    '"\\ude00"',
    '"\\uD83D"',
    '"\\ud83d\\ud83d\\ude00"',
    '"\\u12"',
    '"\\u12g4"',
    '"\\u"',
    '"\\"',
    '"\n"',
    '"\t"',
    '"\u0000"',
    '"\u001f"',
    '"\u007f"',
    '"\u2028"',
    '"a',
    '"',
    '[]',
    '{}',
    '[1,2]',
    '[1,]',
    '[,1]',
    '[1 2]',
    '["a"]',
    '["a","b",1,null,["c"],{"d":1}]',
    '[ "a" , "b" ]',
    '["\\/"]',
    '[{"a":"x","l":[{"a":"y"},{"a":""},{}]}]',
    '[{"a":1},{"a":"x"},{"a":""},5,null,[{"a":"z"}]]',
    '[{"\\u0061":"x"}]',
    '[{"a":"x","a":"y"}]',
    '[{"j":{"b":1,"b":2}}]',
    '{"a":1}',
    '{"a":"x","n":5,"o":{"b":"y","l":["z"]}}',
    '{"a":"x","a":"y"}',
    '{"a":"","a":"y"}',
    '{"\\u0061":"x"}',
    '{"o":{"b":"x"},"o":{}}',
    '{"o":5}',
    '{"o":[]}',
    '{"1":1,"0":2}',
    '{"b":1,"2":1}',
    '{"10":1}',
    '{"-1":1}',
    '{"01":1}',
    '{"":1}',
    '{"__proto__":1}',
    '{"__proto__":{"a":"x"}}',
    '{"constructor":1}',
    '{a:1}',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{,}',
    '{"a":1 "b":2}',
    '{"a" :1}',
    '{ }',
    '[ ]',
    '{"a":1 }',
    '[1 ]',
    '{"a\\n":1,"a\\n":2}',
    '{"é":1,"é":2}',
    '{"ab":1,"ac":2,"ab":3}',
    '"2023-11-01T23:20:57.357Z"',
    '"2023-11-01T23:20:57.357+01:00"',
    '"2023-11-01T23:20:57Z"',
    '"2023-02-29T23:20:57.357Z"',
    '"2024-02-29T00:00:00.000Z"',
    '"2000-02-29T00:00:00.000Z"',
    '"1900-02-29T00:00:00.000Z"',
    '"0000-02-29T00:00:00.000Z"',
    '"2023-13-01T23:20:57.357Z"',
    '"2023-00-01T23:20:57.357Z"',
    '"2023-04-31T23:20:57.357Z"',
    '"2023-12-31T24:00:00.000Z"',
    '"2023-12-31T23:60:00.000Z"',
    '"2023-12-31T23:59:60.000Z"',
    '"2023-12-00T23:59:59.000Z"',
    '"2023-12-31t23:59:59.000Z"',
    '"2023-12-31T23:59:59,000Z"',
    '"2023-12-31T23:59:59.000z"',
    '"2023-12-31T23:59:59.00aZ"',
    '"2023-1a-31T23:59:59.000Z"',
    '"2023-11-01T23:20:57.357\\u005a"',
    '"2023-11-01T23:20:57.357\\n"',
  ];

  test.each(['a', 'b', 'i', 'n', 'j', 'o', 'l', 'unknown', '_hidden', '__proto__', ''])(
    'of the property %j',
    (name) => {
      const comparison = new Comparison(everything);
      const nonNull = new Comparison(strict);
      for (const value of values) {
        const row = `{"${name}":${value}}`;
        const among = [row, `{"a":"x","${name}":${value},"b":"y"}`, `{"o":${row},"l":[${row}],"j":${row}}`, value];
        for (const each of among) {
          comparison.checkAll(bodyOf(each));
          nonNull.check(bodyOf(each));
          comparison.check(bodyOf('{"a":"x"}', each, '{"a":"y"}'));
        }
      }
      expect(comparison.tally.rows).toBeGreaterThan(1000);
    },
  );

  // Together, one field that leaves a row to the caller hides what the others would write.
  test.each(everything.fields)('read by the field $name alone', (field) => {
    const comparison = new Comparison({ ...everything, fields: [field] });
    for (const value of values) {
      for (const name of ['a', 'b', 'i', 'n', 'j', 'o', 'l']) {
        const others = name === 'a' ? '' : '"a":"x",';
        comparison.checkAll(
          bodyOf(`{${others}"${name}":${value}}`, `{"o":{"${name}":${value}},"l":[{"${name}":${value}}]}`),
        );
      }
    }
    expect(comparison.tally.unfit).toBeLessThan(comparison.tally.rows);
  });

  test('as the whole body and beside the list', () => {
    const comparison = new Comparison(everything);
    for (const value of values) {
      for (const body of [value, `{"rows":${value}}`, `{"x":${value},"rows":[]}`, `{"rows":[],"x":${value}}`])
        comparison.check(body);
    }
    expect(comparison.tally.left).toBeLessThan(comparison.tally.bodies);
  });
});
