import fc from 'fast-check';
import { expect, test } from 'vitest';
import { messagesPage } from '../bench/workspace.ts';
import { Comparison } from './compare.ts';
import { everything, messages, strict } from './programs.ts';

const seed = 20_261_125;

/** Names that the programs read, and some more. */
const name = fc.constantFrom('a', 'b', 'i', 'n', 'j', 'o', 'l', '_hidden', 'x', '1', '0', '', '__proto__', 'é', 'a"');
const text = fc.oneof(
  fc.constantFrom('x', '', 'é', 'x\n"é', '2023-11-01T23:20:57.357Z', '2023-11-01T23:20:57Z', '\ud83d', 'a/b', '👍'),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
);
const leaf = fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
const { row } = fc.letrec<{ value: unknown; row: unknown }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('value'), { maxLength: 4 }), tie('row')),
  row: fc
    .uniqueArray(fc.tuple(name, tie('value')), { maxLength: 8, selector: ([key]) => key })
    .map((entries) => Object.fromEntries(entries)),
}));
const rows = fc.array(fc.oneof({ weight: 9, arbitrary: row }, { weight: 1, arbitrary: leaf }), { maxLength: 4 });

/** Ways to write a value: as JSON.stringify does, or with what JSON.parse takes as well. */
const writers: readonly ((value: unknown) => string)[] = [
  (value) => JSON.stringify(value),
  (value) => JSON.stringify(value, null, 1),
  (value) => JSON.stringify(value).replaceAll('/', '\\/'),
  (value) =>
    JSON.stringify(value).replaceAll(
      /[\u0080-\uffff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  (value) => JSON.stringify(value).replaceAll('"a"', '"\\u0061"'),
  // Names that come twice.
  (value) => JSON.stringify(value).replaceAll('"x":', '"a":').replaceAll('"i":', '"b":'),
];

test('random rows, however they are written', () => {
  const comparisons = [new Comparison(everything), new Comparison(strict)];
  fc.assert(
    fc.property(rows, fc.constantFrom(...writers), (rows, write) => {
      for (const comparison of comparisons) comparison.check(write({ rows, success: true }));
    }),
    { seed, numRuns: 3000 },
  );
  const { rows: count = 0, unfit = 0 } = comparisons[0]?.tally ?? {};
  expect(count - unfit).toBeGreaterThan(500);
});

const part = fc.oneof(
  fc.constantFrom(
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '0',
    '-',
    '.',
    'e',
    'u',
    ' ',
    '\n',
    '\0',
    'null',
    '\\u00',
    '"a":',
    '_hidden',
  ),
  fc.uint8Array({ minLength: 1, maxLength: 3 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
);
const change = fc.record({
  at: fc.nat(),
  remove: fc.nat({ max: 6 }),
  insert: fc.option(part, { nil: '' }),
});

const changed = (body: Buffer, changes: readonly { at: number; remove: number; insert: string }[]): Buffer =>
  changes.reduce((bytes, { at, remove, insert }) => {
    const from = at % (bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, from), Buffer.from(insert, 'latin1'), bytes.subarray(from + remove)]);
  }, body);

test('changed bodies of random rows', () => {
  const comparison = new Comparison(everything);
  fc.assert(
    fc.property(rows, fc.array(change, { minLength: 1, maxLength: 3 }), (rows, changes) => {
      comparison.check(changed(Buffer.from(JSON.stringify({ rows })), changes));
    }),
    { seed, numRuns: 5000 },
  );
  expect(comparison.tally.left).toBeLessThan(comparison.tally.bodies);
});

test('changed pages of messages', () => {
  const comparison = new Comparison(messages);
  const page = Buffer.from(JSON.stringify({ ...messagesPage(7, 0, 3), success: true }));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), (changes) => {
      comparison.check(changed(page, changes));
    }),
    { seed, numRuns: 5000 },
  );
  expect(comparison.tally.left).toBeLessThan(comparison.tally.bodies);
});

test('what is left of a body is JSON only if it is whole', () => {
  const comparison = new Comparison(messages);
  const page = Buffer.from(JSON.stringify({ ...messagesPage(7, 0, 3), success: true }));
  for (let length = 0; length < page.length; length += 1) comparison.check(page.subarray(0, length));
  expect(comparison.tally.left).toBe(page.length);
});
