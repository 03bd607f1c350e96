import { expect, it } from 'vitest';
import { takesLongToParse } from '../../../src/upstream/transport/nesting.ts';

const padding = JSON.stringify('x'.repeat(300 * 1024));
const nested = (depth: number, inner = ''): string => `${'['.repeat(depth)}${inner}${']'.repeat(depth)}`;

it.each<[string, boolean, string]>([
  ['a small body, however deep', false, nested(100_000)],
  ['256 KiB, however deep', false, '['.repeat(256 * 1024)],
  ['a byte more, as deep', true, '['.repeat(256 * 1024 + 1)],
  ['a string without an end', false, padding.slice(0, -1)],
  ['a large body of 20,000 levels', false, `[${padding},${nested(19_999)}]`],
  ['a large body of 20,001 levels', true, `[${padding},${nested(20_000)}]`],
  ['objects as well as lists', true, `[${padding},${'{"a":['.repeat(10_001)}`],
  ['objects beside each other', false, `[${padding}${',{"a":{}}'.repeat(20_000)}]`],
  ['levels beside each other', false, `[${padding}${`,${nested(100)}`.repeat(1000)}]`],
  ['half a million lists and objects', false, `[${padding}${',[]'.repeat(249_999)}${',{}'.repeat(250_000)}]`],
  [
    'half a million lists and objects, and one more',
    true,
    `[${padding}${',[]'.repeat(250_000)}${',{}'.repeat(250_000)}]`,
  ],
  ['brackets in a string', false, `[${padding},"${'['.repeat(30_000)}"]`],
  ['brackets in a string behind escaped quotes', false, `[${padding},"\\"${'['.repeat(30_000)}\\\\"]`],
  ['brackets behind a string that ends in a backslash', true, `[${padding},"\\\\",${nested(30_000)}]`],
])('takesLongToParse for %s is %s', (_name, takesLong, text) => {
  expect(takesLongToParse(Buffer.from(text))).toBe(takesLong);
});
