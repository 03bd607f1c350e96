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
    'src/upstream/{*,transport/*,rate-limit/*,queue/*,memory/*}.ts',
    '!src/upstream/types.ts',
    'src/operation/{allowance,token-bucket,cost/*}.ts',
    'src/{loaders/bulk-or-single,loaders/search-allowance,schema/prices}.ts',
    'src/{pagination,sync}/*.ts',
    'src/http/admission.ts',
    'src/{errors,operation/format-error}.ts',
    'src/observability/log.ts',
  ],
  tests: [
    'test/http/*.test.ts',
    'test/{errors,docs}.test.ts',
    'test/{upstream,pagination}/**/*.test.ts',
    'test/sync/{exact-sync,exact-inbox,cursor,cases,inbox-cases,several-answers,witness}.test.ts',
    'test/operation/{allowance,format-error,token-bucket}.test.ts',
    'test/operation/cost/{estimate,estimator,given-rooms,place,report,tally,users-and-nodes,walk}.test.ts',
    'test/schema/{priced-api,prices}.test.ts',
    'test/loaders/{search-allowance,bulk-or-single}.test.ts',
    'test/observability/log.test.ts',
  ],
};

export const areas: Readonly<Record<string, Area>> = {
  deciding,
  requests: {
    mutate: [
      'src/http/{apollo-request,client-address,http-error,refusals,request-headers}.ts',
      'src/context/request-context.ts',
    ],
    tests: ['test/context/request-context.test.ts', 'test/http/*.test.ts', 'test/scenarios/tenancy.test.ts'],
  },
  http: {
    mutate: [
      'src/http/*.ts',
      '!src/http/{admission,apollo-request,client-address,explorer,explorer-page,http-error,inbox,listening,refusals,request-headers,tour}.ts',
    ],
    tests: [
      'test/http/*.test.ts',
      'test/operation/{document-id,fast-path,persisted-operations-mode}.test.ts',
      'test/scenarios/limiter/{metrics,plan-and-report,rate-limit-headers}.test.ts',
      'test/scenarios/reliability/{arriving,cleanup,http-forms,under-way}.test.ts',
      'test/scenarios/{compression,http}.test.ts',
    ],
    ignoresStatic: true,
  },
  operation: {
    mutate: [
      'src/operation/{apollo,credentials,document-id,document-store,fast-path,kept-documents,lru,persisted-queries,queries-only,response-limits,size-guard,steps,unlisted-log}.ts',
      'src/{limits,collect-fields}.ts',
    ],
    tests: [
      'test/collect-fields.test.ts',
      'test/operation/*.test.ts',
      'test/observability/{traces,usage}.test.ts',
      'test/scenarios/limiter/plan-and-report.test.ts',
      'test/scenarios/{http,too-much}.test.ts',
      'test/scenarios/reliability/hostile-queries.test.ts',
    ],
    ignoresStatic: true,
  },
  execution: {
    mutate: [
      'src/operation/{answer-counting,argument-values,input-check,introspection}.ts',
      'src/operation/compiled/*.ts',
      'src/context/answer-size.ts',
      'src/byte-string.ts',
    ],
    tests: [
      'test/context/answer-size.test.ts',
      'test/byte-string.test.ts',
      'test/operation/{answer-counting,argument-values,input-check,introspection,compiled/*}.test.ts',
    ],
  },
  projection: {
    mutate: ['src/projection/*.ts'],
    tests: ['test/projection/*.test.ts', 'test/operation/compiled/cut.test.ts'],
  },
  resolvers: {
    mutate: ['src/resolvers/*.ts', '!src/resolvers/types.generated.ts', 'src/json.ts'],
    tests: [
      'test/resolvers/*.test.ts',
      'test/json.test.ts',
      'test/operation/compiled/cut-{fields,readers}.test.ts',
      'test/scenarios/every-field.test.ts',
      'test/scenarios/federation/entities.test.ts',
      'test/scenarios/pages/{empty-pages,history-edges}.test.ts',
      'test/sync/workspace.test.ts',
    ],
    ignoresStatic: true,
  },
  loaders: {
    mutate: ['src/loaders/*.ts', '!src/loaders/{bulk-or-single,search-allowance}.ts'],
    tests: [
      'test/loaders/*.test.ts',
      'test/operation/cost/bulk-equals-single.test.ts',
      'test/scenarios/{current-users,large-accounts,no-membership,rooms-by-id}.test.ts',
    ],
  },
  schema: {
    mutate: ['src/schema/*.ts', '!src/schema/prices.ts'],
    tests: ['test/scenarios/federation/entities.test.ts', 'test/schema/*.test.ts'],
  },
  doctor: {
    mutate: ['src/doctor/*.ts', 'src/{text,welcome}.ts'],
    tests: ['test/{text,welcome}.test.ts', 'test/doctor/{deletions,workspace}.test.ts'],
  },
  config: {
    mutate: ['src/config/*.ts'],
    tests: ['test/docs.test.ts', 'test/config/*.test.ts'],
  },
  store: {
    mutate: ['src/store/*.ts'],
    tests: ['test/store/*.test.ts'],
    ignoresStatic: true,
  },
  start: {
    mutate: [
      'src/http/{explorer,explorer-page,inbox,listening,tour}.ts',
      'src/operation/{persisted-operations,safelist}.ts',
    ],
    tests: [
      'test/http/{explorer,explorer-missing,inbox,inbox-unbuilt,listening,tour}.test.ts',
      'test/operation/{document-id,operations-file,persisted-operations,safelist}.test.ts',
    ],
  },
  observability: {
    mutate: ['src/observability/**/*.ts', '!src/observability/log.ts'],
    tests: ['test/observability/*.test.ts', 'test/scenarios/limiter/{metrics,call-metrics}.test.ts'],
  },
};

/** By which `main.ts` tells its processes the area. */
export const areaVariable = 'MUTATION_AREA';

export function areaOf(env: Readonly<Record<string, string | undefined>>): Area {
  const area = areas[env[areaVariable] ?? ''];
  if (area === undefined) throw new Error(`${areaVariable}: expected one of ${Object.keys(areas).join(', ')}`);
  return area;
}
