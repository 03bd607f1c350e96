import { mergeConfig } from 'vitest/config';
import config from '../vitest.config.ts';

/** The tests that mutants are run against: those of units, which take milliseconds and say what is wrong. */
const units = mergeConfig(config, {
  test: {
    setupFiles: ['test/mutation/setup.ts'],
    env: { PROPERTY_RUNS: '150' },
  },
});

export default {
  ...units,
  test: {
    ...units.test,
    include: [
      'test/http/*.test.ts',
      'test/{errors,fairness,readme}.test.ts',
      'test/{upstream,pagination}/*.test.ts',
      'test/planning/{ledger,plan,search-allowance}.test.ts',
      'test/observability/log.test.ts',
    ],
  },
};
