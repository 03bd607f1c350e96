import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { testsWithoutServer } from './support/servers.ts';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // graphql-tools and Apollo Server load this file of graphql; a second copy would be another realm.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...testsWithoutServer()],
    setupFiles: ['test/support/no-leaks.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 10_000 } },
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      // The inbox runs in a browser: test/e2e/inbox.test.ts.
      exclude: ['src/resolvers/types.generated.ts', 'src/inbox/**'],
      reporter: ['text-summary'],
      // What decides has no branch that no test takes; see also test/mutation/.
      thresholds: {
        branches: 90,
        lines: 95,
        'src/upstream/{*,transport/*,rate-limit/*,queue/*,memory/*}.ts': { branches: 100 },
        'src/operation/{allowance,token-bucket,cost/*}.ts': { branches: 100 },
        'src/pagination/*.ts': { branches: 100 },
        'src/{loaders/bulk-or-single,loaders/search-allowance,schema/prices}.ts': { branches: 100 },
        'src/http/admission.ts': { branches: 100 },
        'src/errors.ts': { branches: 100 },
        'src/operation/format-error.ts': { branches: 100 },
        'src/observability/log.ts': { branches: 100 },
      },
    },
  },
});
