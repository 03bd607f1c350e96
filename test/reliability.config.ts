import { defineConfig, mergeConfig } from 'vitest/config';
import { ReliabilityReporter } from './support/reliability-reporter.ts';
import base from './vitest.config.ts';

/** Runs the tests whose names begin with the id of a reliability case, and prints them as a table. */
export default mergeConfig(
  base,
  defineConfig({ test: { testNamePattern: /\b[BQUNL]\d\d: /, reporters: [new ReliabilityReporter()] } }),
);
