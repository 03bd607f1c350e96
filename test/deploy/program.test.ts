import { expect, test } from 'vitest';
import { findProgram, needProgram } from '../support/program.ts';

test('a program that the tests need is found, or the error says in one line which tests need it and how to get it', () => {
  expect(findProgram('sh')).toMatch(/\/sh$/);
  expect(findProgram('no-such-program')).toBeUndefined();
  expect(() => needProgram('no-such-program', 'some-package', 'test/deploy/some.test.ts')).toThrow(
    'test/deploy/some.test.ts needs no-such-program, which is not on the PATH. On Debian: apt-get install some-package',
  );
});
