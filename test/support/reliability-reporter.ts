import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** How many cases each letter has: bad input, hostile queries, upstream faults, tenancy, load and lifecycle. */
const cases = { B: 25, Q: 17, U: 41, N: 8, L: 19 };
export const caseIds = Object.entries(cases).flatMap(([letter, count]) =>
  Array.from({ length: count }, (_, index) => `${letter}${String(index + 1).padStart(2, '0')}`),
);

/**
 * Prints a table of the reliability cases: the tests whose name, or whose group's name, starts with each id, and
 * whether all passed. A case without a test fails the run.
 */
export class ReliabilityReporter implements Reporter {
  readonly #tests = new Map<string, { name: string; state: string }[]>();

  onTestCaseResult(test: TestCase): void {
    const id = /(?:^|> )([BQUNL]\d\d): /.exec(test.fullName)?.[1];
    const { state, errors } = test.result();
    if (id === undefined || state === 'skipped') return;
    this.#tests.set(id, [...(this.#tests.get(id) ?? []), { name: test.name, state }]);
    for (const { message } of errors ?? []) process.stderr.write(`${test.fullName}\n  ${message}\n`);
  }

  onTestRunEnd(_modules: readonly TestModule[], unhandled: readonly { message: string }[]): void {
    for (const id of caseIds) {
      const tests = this.#tests.get(id) ?? [];
      let result = 'passed';
      if (tests.length === 0) result = 'MISSING';
      else if (tests.some(({ state }) => state !== 'passed')) result = 'FAILED';
      const [first, ...more] = tests;
      const rest = more.length === 0 ? '' : ` (and ${more.length} more)`;
      process.stdout.write(`${id}  ${result.padEnd(8)} ${first?.name.replace(/^\w\d\d: /, '') ?? ''}${rest}\n`);
    }
    const passed = caseIds.filter((id) => this.#tests.get(id)?.every(({ state }) => state === 'passed') === true);
    if (passed.length < caseIds.length) process.exitCode = 1;
    process.stdout.write(
      `\n${passed.length} of ${caseIds.length} cases passed, ${unhandled.length} unhandled errors.\n`,
    );
    for (const { message } of unhandled) process.stderr.write(`unhandled: ${message}\n`);
  }
}
