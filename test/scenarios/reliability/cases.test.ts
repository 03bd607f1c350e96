import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { caseIds } from '../../support/reliability-reporter.ts';

test('every reliability case has a test whose name begins with its id', () => {
  const texts = globSync('test/**/*.test.ts').map((file) => readFileSync(file, 'utf8'));
  // As a name, or in a table of names.
  const isNamed = (id: string) => texts.some((text) => new RegExp(`['"\`]${id}(?:: |['"\`])`).test(text));
  expect(caseIds.filter((id) => !isNamed(id))).toEqual([]);
});
