import { areaOf } from './areas.ts';

const { mutate, ignoresStatic = false } = areaOf(process.env);

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  tsconfigFile: 'none.json',
  mutate: [...mutate],
  ignoreStatic: ignoresStatic,
  reporters: ['clear-text'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  timeoutMS: 3000,
  concurrency: 2,
  thresholds: { high: 95, low: 90, break: 85 },
};
