import { mergeConfig } from 'vitest/config';
import config from '../vitest.config.ts';
import { areaOf } from './areas.ts';

/** The tests that mutants of an area are run against. */
const quick = mergeConfig(config, {
  test: {
    setupFiles: ['test/mutation/setup.ts'],
    env: { PROPERTY_RUNS: '150' },
  },
});

export default { ...quick, test: { ...quick.test, include: [...areaOf(process.env).tests] } };
