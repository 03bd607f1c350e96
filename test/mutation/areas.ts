/** A part of the source that is mutated at a time, and the tests that may notice. */
export interface Area {
  /** As Stryker takes them. */
  readonly mutate: readonly string[];
  /**
   * Quick ones that look at this area: each mutant is run against those of them that reach it. In a process that a test
   * starts no mutant is at work.
   */
  readonly tests: readonly string[];
  /** Leaves out what is worked out once when a module is loaded: for each of those all tests would run, and here they take long. */
  readonly ignoresStatic?: boolean;
}

/** What decides: run against tests of units, which take milliseconds and say what is wrong. */
const deciding: Area = {
  mutate: [
    'src/upstream/*.ts',
    '!src/upstream/types.ts',
    'src/planning/*.ts',
    'src/pagination/*.ts',
    'src/http/admission.ts',
    'src/{errors,fairness}.ts',
    'src/observability/log.ts',
  ],
  tests: [
    'test/http/*.test.ts',
    'test/{errors,fairness,readme}.test.ts',
    'test/{upstream,pagination}/*.test.ts',
    'test/planning/{ledger,plan,search-allowance}.test.ts',
    'test/observability/log.test.ts',
  ],
};

export const areas: Readonly<Record<string, Area>> = {
  deciding,
  requests: {
    mutate: ['src/http/{answer-shape,apollo-request,bad-request,client-address,request-headers}.ts', 'src/context.ts'],
    tests: ['test/http/*.test.ts', 'test/context.test.ts', 'test/scenarios/tenancy.test.ts'],
  },
  http: {
    mutate: ['src/http/*.ts', '!src/http/{admission,answer-shape,apollo-request,bad-request,client-address,request-headers}.ts'],
    tests: [
      'test/http/*.test.ts',
      'test/limiter/plan-and-report.test.ts',
      'test/reliability/{arriving,cleanup,http,http-forms,under-way}.test.ts',
      'test/scenarios/{bad-input,http}.test.ts',
    ],
    ignoresStatic: true,
  },
  operation: {
    mutate: ['src/{apollo,bounds,document-store,limits,lru,operation-guard,persisted-queries,selections}.ts'],
    tests: [
      'test/{document-store,operation-guard}.test.ts',
      'test/limiter/plan-and-report.test.ts',
      'test/observability/usage.test.ts',
      'test/persisted/*.test.ts',
      'test/reliability/hostile-queries.test.ts',
      'test/scenarios/{bad-input,http}.test.ts',
    ],
    ignoresStatic: true,
  },
  execution: {
    mutate: ['src/execution/*.ts'],
    tests: ['test/execution/*.test.ts'],
  },
  resolvers: {
    mutate: ['src/resolvers/*.ts', '!src/resolvers/types.generated.ts', 'src/{ids,json}.ts'],
    tests: [
      'test/resolvers/*.test.ts',
      'test/{ids,json}.test.ts',
      'test/federation/entities.test.ts',
      'test/pages/cursors.test.ts',
      'test/scenarios/{bad-input,every-field,too-much,upstream-calls}.test.ts',
    ],
  },
  loaders: {
    mutate: ['src/loaders/*.ts'],
    tests: [
      'test/loaders/*.test.ts',
      'test/planning/bulk-equals-single.test.ts',
      'test/scenarios/{error-rows,upstream-calls}.test.ts',
    ],
  },
  federation: {
    mutate: ['src/federation/*.ts', 'src/schema.ts'],
    tests: ['test/federation/entities.test.ts', 'test/registry/published.test.ts', 'test/schema.test.ts'],
  },
  config: {
    mutate: ['src/config.ts', 'src/config/*.ts'],
    tests: ['test/{config,readme,settings}.test.ts'],
  },
  start: {
    mutate: ['src/{explorer,listening,persisted-operations,safelist}.ts'],
    tests: ['test/explorer.test.ts', 'test/persisted/*.test.ts'],
  },
  observability: {
    mutate: ['src/observability/*.ts', '!src/observability/log.ts'],
    tests: ['test/observability/*.test.ts', 'test/limiter/metrics.test.ts'],
  },
};

/** By which `main.ts` tells its processes the area. */
export const areaVariable = 'MUTATION_AREA';

export function areaOf(env: Readonly<Record<string, string | undefined>>): Area {
  const area = areas[env[areaVariable] ?? ''];
  if (area === undefined) throw new Error(`${areaVariable}: expected one of ${Object.keys(areas).join(', ')}`);
  return area;
}
