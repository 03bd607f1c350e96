import { expect, it } from 'vitest';
import { takesLongToParse } from '../../../src/upstream/transport/nesting.ts';

const padding = JSON.stringify('x'.repeat(300 * 1024));
const nested = (depth: number, inner = ''): string => `${'['.repeat(depth)}${inner}${']'.repeat(depth)}`;

it.each<[string, string, boolean]>([
  ['a small body, however deep', nested(100_000), false],
  ['a large body of 20,000 levels', `[${padding},${nested(19_999)}]`, false],
  ['a large body of one level more', `[${padding},${nested(20_000)}]`, true],
  ['objects as well as lists', `[${padding},${'{"a":['.repeat(10_001)}`, true],
  ['objects beside each other', `[${padding}${',{"a":{}}'.repeat(20_000)}]`, false],
  ['levels beside each other', `[${padding}${`,${nested(100)}`.repeat(1000)}]`, false],
  ['half a million lists and objects', `[${padding}${',[]'.repeat(249_999)}${',{}'.repeat(250_000)}]`, false],
  ['one more', `[${padding}${',[]'.repeat(250_000)}${',{}'.repeat(250_000)}]`, true],
  ['brackets in a text', `[${padding},"${'['.repeat(30_000)}"]`, false],
  ['brackets in a text behind quotes of its own', `[${padding},"\\"${'['.repeat(30_000)}\\\\"]`, false],
  ['brackets behind a text that ends in a backslash', `[${padding},"\\\\",${nested(30_000)}]`, true],
])('%s: %3$s', (_name, text, takesLong) => {
  expect(takesLongToParse(Buffer.from(text))).toBe(takesLong);
});
