import { mergeConfig } from 'vitest/config';
import config from '../vitest.config.ts';
import { areaOf } from './areas.ts';

/** The tests that mutants of an area are run against. */
const quick = mergeConfig(config, {
  test: {
    setupFiles: ['test/mutation/setup.ts'],
    env: { PROPERTY_RUNS: '150' },
    // The first run counts what each test reaches, which takes longer; a mutant that hangs is Stryker's to end.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});

export default { ...quick, test: { ...quick.test, include: [...areaOf(process.env).tests] } };
