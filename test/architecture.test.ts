import { readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  cyclesOf,
  importsOf,
  nameOf,
  parseModule,
  readModules,
  targetOf,
  type Module,
  type Node,
} from './support/modules.ts';

const root = fileURLToPath(new URL('../src', import.meta.url));
/** The inbox runs in browsers, and is built by itself. */
const inboxModules = readModules(root, 'inbox/*.{ts,tsx}');
const modules = readModules(root).filter(({ name }) => !name.startsWith('inbox/'));
const { devDependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  devDependencies: Record<string, string>;
};

/** Packages that serve requests: the build carries them. A row is a design decision. */
const served = [
  '@apollo/server',
  '@apollo/subgraph',
  '@fastify/cors',
  '@graphql-hive/apollo',
  '@graphql-tools/schema',
  '@opentelemetry/api',
  '@opentelemetry/core',
  '@opentelemetry/exporter-trace-otlp-http',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-trace',
  '@opentelemetry/semantic-conventions',
  '@redis/client',
  'dataloader',
  'fastify',
  'graphql',
  'pino',
  'prom-client',
  'zod',
];

/**
 * What a folder or top-level file may import of ours, itself aside. `type x` allows types of it only. A row or an entry
 * is a design decision: whoever adds one says why.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  // The ground: nothing of ours below it.
  errors: [],
  json: [],
  'byte-string': [],
  'collect-fields': [],
  limits: [],
  'node-version': [],
  'garbage-collection': [],
  text: [],
  welcome: [],
  config: ['text'],
  'package-version': [],
  // Bytes of a body in, JSON of its rows out.
  projection: ['json'],
  pagination: ['errors', 'limits'],
  sync: ['errors'],
  upstream: ['errors', 'json', 'projection'],
  // What replicas share, as those who use it see it.
  store: ['upstream', 'operation'],
  loaders: ['upstream', 'errors', 'json', 'type projection', 'type sync'],
  context: ['loaders', 'upstream', 'errors', 'json', 'limits', 'type observability'],
  resolvers: [
    'pagination',
    'sync',
    'collect-fields',
    'errors',
    'json',
    'limits',
    'upstream/types',
    'type upstream',
    'type loaders',
    'type context',
  ],
  // The price model is written into the published schema.
  schema: ['resolvers', 'pagination', 'limits', 'json'],
  // Calls to the workspace tell their observers how they went.
  observability: ['errors', 'json', 'text', 'type config', 'type upstream'],
  // What happens to an operation before and after its resolvers. The lists of persisted operations are a setting.
  operation: [
    'resolvers',
    'schema',
    'loaders',
    'projection',
    'pagination',
    'observability',
    'collect-fields',
    'errors',
    'byte-string',
    'json',
    'limits',
    'config',
    'context',
  ],
  http: ['operation', 'context', 'errors', 'byte-string', 'json', 'limits', 'observability', 'text', 'type upstream'],
  demo: [],
  // Calls as the gateway does, and reads responses as it does.
  doctor: ['store', 'upstream', 'json', 'text', 'type config'],
  // One price model: the command for frontends estimates and checks as the gateway does.
  registry: ['operation', 'schema', 'resolvers', 'pagination', 'config', 'json', 'limits', 'type context'],
  // What lives as long as the process.
  parts: ['* but demo, doctor and main'],
  // Creates what watches all others.
  observers: [
    'observability',
    'package-version',
    'type config',
    'type http',
    'type operation',
    'type store',
    'type upstream',
  ],
  server: ['* but demo, doctor and main'],
  main: ['*'],
};

/** `upstream/types.ts` → `upstream/types`. */
const bare = (name: string): string => name.replace(/\.ts$/, '');
/** The folder, or the top-level file: `upstream/types.ts` → `upstream`. */
const unitOf = (name: string): string => bare(name).split('/')[0] ?? '';

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly isTypeOnly: boolean;
}

const nameOfTarget = (path: string): string => relative(root, path).split(sep).join('/');
const edges: Edge[] = modules.flatMap((module) =>
  module.imports
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map((imported) => ({
      from: module.name,
      to: nameOfTarget(targetOf(module, imported)),
      isTypeOnly: imported.isTypeOnly,
    })),
);

function isAllowed({ from, to, isTypeOnly }: Edge): boolean {
  const unit = unitOf(to);
  if (unit === unitOf(from)) return true;
  return (mayImport[unitOf(from)] ?? []).some((entry) => {
    if (entry === '*') return true;
    if (entry === '* but demo, doctor and main') return !['demo', 'doctor', 'main'].includes(unit);
    if (entry.startsWith('type ')) return isTypeOnly && entry === `type ${unit}`;
    return entry === unit || entry === bare(to);
  });
}

/** Whether any import of the unit needs an entry of its row: one that a stricter entry would not allow. */
function isUsed(unit: string, entry: string): boolean {
  if (entry.startsWith('*')) return true;
  const target = entry.replace(/^type /, '');
  return edges.some(({ from, to, isTypeOnly }) => {
    if (unitOf(from) !== unit || unitOf(to) === unit) return false;
    if (target !== unitOf(to) && target !== bare(to)) return false;
    return entry.startsWith('type ') || !isTypeOnly;
  });
}

const written = ({ from, to, isTypeOnly }: Edge): string => `${from} → ${to}${isTypeOnly ? ' (type)' : ''}`;

/** Modules with a node that the predicate finds. */
const placesOf = (predicate: (node: Node, module: Module) => boolean, among: readonly Module[] = modules): string[] => [
  ...new Set(among.flatMap((module) => module.nodes.filter((node) => predicate(node, module)).map(() => module.name))),
];

const read = (code: string) => parseModule(code).flatMap(importsOf);

const isMember = ({ type, value }: Node, object: string, property: string): boolean =>
  type === 'MemberExpression' && nameOf(value['object']) === object && nameOf(value['property']) === property;

/** `process.env` and `const { env } = process`. */
const readsEnvironment = (node: Node): boolean =>
  isMember(node, 'process', 'env') || (node.type === 'VariableDeclarator' && nameOf(node.value['init']) === 'process');

const isAsync = ({ type, value }: Node): boolean =>
  type === 'AwaitExpression' || value['async'] === true || value['await'] === true;

/** Whether rows lie around a page can cost a call: the type of those flags says so, and somebody else makes the call. */
const isLazyFlag = ({ type, value }: Node): boolean =>
  type === 'TSTypeAliasDeclaration' && nameOf(value['id']) === 'Flag';

const isPromise = ({ type, value, ancestors }: Node): boolean =>
  type === 'Identifier' && value['name'] === 'Promise' && !ancestors.some(isLazyFlag);

const isDefaultExport = ({ type, value }: Node): boolean =>
  type === 'ExportDefaultDeclaration' || (type === 'ExportSpecifier' && nameOf(value['exported']) === 'default');

/**
 * `object.property = () => …`: V8 allocates such a function in the old generation, and all that it can reach then waits for
 * the next collection of the whole heap. Elsewhere (a variable, an argument, a field's initial value) it does not.
 */
const assignsFunction = ({ type, value }: Node): boolean =>
  type === 'AssignmentExpression' &&
  (value['left'] as { type: string }).type === 'MemberExpression' &&
  /^(Arrow)?FunctionExpression$/.test((value['right'] as { type: string }).type);

/** Names of node's own network modules by which a call can be made. */
const callers = new Set(['default', '*', 'request', 'get', 'connect', 'createConnection', 'createSocket']);

describe('The reader of modules', () => {
  test('finds every way to import, and tells types apart', () => {
    const code = `
      import a, { b as c, type d } from './value.ts';
      import type { e } from './type.ts';
      import './effect.ts';
      export { f } from './export.ts';
      export type { g } from './export-type.ts';
      export * from './all.ts';
      const h = await import('./dynamic.ts');
      let i: import('./inline.ts').I;
      const j = import(h);
      // import k from './comment.ts';
      const l = "import m from './string.ts'" + \`import('./template.ts')\` + /import '/.source;
    `;
    expect(
      read(code).map(
        ({ specifier, isTypeOnly, names }) => `${specifier} ${isTypeOnly ? 'type' : 'value'} ${names.join()}`,
      ),
    ).toEqual([
      './value.ts value default,b,d',
      './type.ts type e',
      './effect.ts value ',
      './export.ts value f',
      './export-type.ts type g',
      './all.ts value *',
      './dynamic.ts value *',
      './inline.ts type *',
      '? value *',
    ]);
  });

  test('counts an import of types only by its braces as a real one, for it loads the module', () => {
    expect(read(`import { type A } from './a.ts';`)).toMatchObject([{ isTypeOnly: false }]);
  });

  test('finds cycles', () => {
    const graph = new Map([
      ['a', ['b', 'c']],
      ['b', ['d']],
      ['c', ['d']],
      ['d', []],
    ]);
    expect(cyclesOf(graph)).toEqual([]);
    expect(cyclesOf(new Map([...graph, ['d', ['a']]]))).toEqual([['a', 'b', 'd', 'a']]);
  });
});

describe('The table', () => {
  test.each([
    ['lets', 'resolvers/query.ts', 'import', 'resolvers/pages.ts'],
    ['lets', 'resolvers/query.ts', 'import', 'upstream/types.ts'],
    ['lets', 'resolvers/query.ts', 'import types of', 'loaders/rooms.ts'],
    ['does not let', 'resolvers/query.ts', 'import', 'loaders/rooms.ts'],
    ['does not let', 'resolvers/query.ts', 'import', 'upstream/request-upstream.ts'],
    ['does not let', 'pagination/args.ts', 'import types of', 'upstream/types.ts'],
    ['does not let', 'server.ts', 'import types of', 'demo/server.ts'],
    ['does not let', 'config/config.ts', 'import types of', 'errors.ts'],
    ['does not let', 'errors.ts', 'import', '../test/support/gateway.ts'],
    ['lets', 'main.ts', 'import', 'demo/server.ts'],
  ])('%s %s %s %s', (answer, from, how, to) => {
    expect(isAllowed({ from, to, isTypeOnly: how === 'import types of' })).toBe(answer === 'lets');
  });
});

describe('Imports', () => {
  test('point the way of the table', () => {
    expect(edges.length).toBeGreaterThan(100);
    expect(edges.filter((edge) => !isAllowed(edge)).map(written)).toEqual([]);
  });

  test('have a row in the table for every folder and file, and no row without one', () => {
    expect([...new Set(modules.map(({ name }) => unitOf(name)))].toSorted()).toEqual(Object.keys(mayImport).toSorted());
  });

  test('use every entry of the table', () => {
    const unused = Object.entries(mayImport).flatMap(([unit, entries]) =>
      entries.filter((entry) => !isUsed(unit, entry)).map((entry) => `${unit}: ${entry}`),
    );
    expect(unused).toEqual([]);
  });

  test.each(['demo', 'doctor'])('are never of the %s, but by main', (part) => {
    const importers = edges.filter(({ from, to }) => unitOf(to) === part && unitOf(from) !== part);
    expect(importers.map(({ from }) => from)).toEqual(['main.ts']);
  });

  test('are never of the tools for registries, which do not run while serving', () => {
    const importers = edges.filter(({ from, to }) => unitOf(to) === 'registry' && unitOf(from) !== 'registry');
    expect(importers.map(written)).toEqual([]);
  });

  test('are of packages that serve requests, but for the tools for registries', () => {
    const packages = modules
      .filter(({ name }) => unitOf(name) !== 'registry')
      .flatMap(({ imports }) => imports.filter(({ isTypeOnly }) => !isTypeOnly).map(({ specifier }) => specifier))
      .filter((specifier) => !/^(\.|node:)/.test(specifier))
      .map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '');
    // `ruru` may be missing: `http/explorer.ts` says then how to install it.
    expect([...new Set(packages)].toSorted()).toEqual([...served, 'ruru'].toSorted());
    expect(served.filter((name) => devDependencies[name] === undefined)).toEqual([]);
  });

  test('name files that exist, with their ending', () => {
    const names = new Set(modules.map(({ name }) => name));
    expect(edges.filter(({ to }) => !names.has(to)).map(written)).toEqual([]);
    expect(
      modules.filter(({ imports }) => imports.some(({ specifier }) => specifier === '?')).map(({ name }) => name),
    ).toEqual([]);
  });

  test('form no cycle, those of types included', () => {
    const graph = new Map(
      modules.map(({ name }) => [name, edges.filter(({ from }) => from === name).map(({ to }) => to)]),
    );
    expect(cyclesOf(graph).map((cycle) => cycle.join(' → '))).toEqual([]);
  });
});

describe('The inbox', () => {
  const importsOfInbox = inboxModules.flatMap(({ imports }) => imports.map(({ specifier }) => specifier));

  test('imports nothing of the gateway: it knows the API alone', () => {
    expect(inboxModules.length).toBeGreaterThan(10);
    expect(importsOfInbox.filter((specifier) => specifier.startsWith('..'))).toEqual([]);
  });

  test('takes what a frontend takes', () => {
    const packages = importsOfInbox.filter((specifier) => !specifier.startsWith('.'));
    expect([...new Set(packages)].toSorted()).toEqual([
      '@apollo/client',
      '@apollo/client/errors',
      '@apollo/client/react',
      '@apollo/client/utilities',
      '@graphql-typed-document-node/core',
      'react',
      'react-dom/client',
      'rxjs',
      'vite',
    ]);
  });

  test('fetches nothing by itself, and puts no HTML into the page', () => {
    const names = ['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'localStorage', 'eval'];
    expect(
      placesOf(({ type, value }) => type === 'Identifier' && names.includes(String(value['name'])), inboxModules),
    ).toEqual([]);
    const html = ['dangerouslySetInnerHTML', 'innerHTML', 'outerHTML', 'insertAdjacentHTML', 'srcDoc'];
    expect(
      placesOf(
        ({ type, value }) => /^(JSX)?Identifier$/.test(type) && html.includes(String(value['name'])),
        inboxModules,
      ),
    ).toEqual([]);
  });

  test('has a default export only in the configuration of Vite', () => {
    expect(placesOf(isDefaultExport, inboxModules)).toEqual(['inbox/vite.config.ts']);
  });

  test('forms no cycle', () => {
    const graph = new Map(
      inboxModules.map((module) => [
        module.path,
        module.imports
          .filter(({ specifier }) => /^\.\/[^/]+\.tsx?$/.test(specifier))
          .map((imported) => targetOf(module, imported)),
      ]),
    );
    expect(cyclesOf(graph)).toEqual([]);
  });
});

describe('Source', () => {
  test('reads the environment in config/config.ts alone', () => {
    expect(placesOf(readsEnvironment)).toEqual(['config/config.ts']);
    const processImporters = modules.filter(({ imports }) =>
      imports.some(({ specifier }) => /^(node:)?process$/.test(specifier)),
    );
    expect(processImporters.map(({ name }) => name)).toEqual([]);
  });

  test('calls the workspace in upstream/transport/connection.ts alone, and nothing else anywhere', () => {
    // A tool of developers, which no serving code imports.
    expect(placesOf(({ type, value }) => type === 'CallExpression' && nameOf(value['callee']) === 'fetch')).toEqual([
      'registry/baseline.ts',
    ]);
    expect(placesOf((node) => isMember(node, 'globalThis', 'fetch'))).toEqual([]);
    const clients = modules.flatMap(({ name, imports }) =>
      imports
        .filter(({ specifier, isTypeOnly }) => /^(node:)?(https?|http2|net|tls|dgram)$/.test(specifier) && !isTypeOnly)
        .filter(({ names }) => names.some((imported) => callers.has(imported)))
        .map(() => name),
    );
    expect([...new Set(clients)]).toEqual(['upstream/transport/connection.ts']);
  });

  test('paginates without waiting for anything', () => {
    const pagination = modules.filter(({ name }) => unitOf(name) === 'pagination');
    expect(pagination.length).toBeGreaterThan(3);
    expect(placesOf(isAsync, pagination)).toEqual([]);
    expect(placesOf(isPromise, pagination)).toEqual([]);
  });

  test('assigns functions to properties only where that happens once in a process', () => {
    expect(placesOf(assignsFunction)).toEqual(['observability/standard-output.ts', 'operation/answer-counting.ts']);
  });

  test('has no default export', () => {
    expect(placesOf(isDefaultExport)).toEqual([]);
  });
});
