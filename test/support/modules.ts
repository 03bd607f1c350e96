import { globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseAst } from 'vitest/node';

/** One import, export-from, dynamic import or imported type of a module. */
export interface Import {
  readonly specifier: string;
  /** Erased before it runs. `import { type X }` is not: it loads the module all the same. */
  readonly isTypeOnly: boolean;
  /** What it names: `default` among them, `*` for everything. */
  readonly names: readonly string[];
}

export interface Module {
  /** Absolute. */
  readonly path: string;
  /** Relative to the root, with slashes. */
  readonly name: string;
  readonly imports: readonly Import[];
  readonly nodes: readonly Node[];
}

/** A node of the syntax tree, and the names of the properties that hold it, from the root on. */
export interface Node {
  readonly type: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly ancestors: readonly Node[];
}

/** Every module below a folder, parsed. */
export const readModules = (root: string, pattern = '**/*.ts'): Module[] =>
  globSync(pattern, { cwd: root })
    .toSorted()
    .map((name) => readModule(resolve(root, name), name));

function readModule(path: string, name: string): Module {
  const nodes = parseModule(readFileSync(path, 'utf8'), languageOf(path));
  return { path, name, imports: nodes.flatMap(importsOf), nodes };
}

type Language = 'js' | 'ts' | 'tsx';

const languageOf = (path: string): Language => (/\.(tsx?)$/.exec(path)?.[1] as Language | undefined) ?? 'js';

export function parseModule(code: string, lang: Language = 'ts'): Node[] {
  const nodes: Node[] = [];
  const visit = (value: unknown, ancestors: readonly Node[]): void => {
    if (Array.isArray(value)) for (const item of value) visit(item, ancestors);
    if (!isRecord(value)) return;
    const node = typeof value['type'] === 'string' ? { type: value['type'], value, ancestors } : undefined;
    if (node !== undefined) nodes.push(node);
    for (const child of Object.values(value)) visit(child, node === undefined ? ancestors : [...ancestors, node]);
  };
  visit(parseAst(code, { lang }), []);
  return nodes;
}

export function importsOf({ type, value }: Node): Import[] {
  const isTypeOnly = value['importKind'] === 'type' || value['exportKind'] === 'type';
  switch (type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return specifierOf(
        value['source'],
        isTypeOnly,
        type === 'ExportAllDeclaration' ? ['*'] : namesOf(value['specifiers']),
      );
    case 'ImportExpression':
      return specifierOf(value['source'], false, ['*']);
    case 'TSImportType':
      return specifierOf(value['source'], true, ['*']);
    default:
      return [];
  }
}

/** A dynamic import of something computed has the specifier `?`, which no rule allows. */
function specifierOf(source: unknown, isTypeOnly: boolean, names: readonly string[]): Import[] {
  if (!isRecord(source)) return [];
  return [{ specifier: typeof source['value'] === 'string' ? source['value'] : '?', isTypeOnly, names }];
}

const namesOf = (specifiers: unknown): string[] =>
  (Array.isArray(specifiers) ? specifiers : []).map((specifier: unknown) => {
    const { type, imported, local } = isRecord(specifier) ? specifier : {};
    if (type === 'ImportDefaultSpecifier') return 'default';
    if (type === 'ImportNamespaceSpecifier') return '*';
    return nameOf(imported ?? local) ?? '?';
  });

/** The name of an identifier, or the text of a string that stands for one. */
export const nameOf = (node: unknown): string | undefined => {
  const { name, value } = isRecord(node) ? node : {};
  if (typeof name === 'string') return name;
  return typeof value === 'string' ? value : undefined;
};

/** The absolute path that a relative import means. */
export const targetOf = ({ path }: Module, { specifier }: Import): string => join(dirname(path), specifier);

/** Cycles of a graph, each from its first node back to it. */
export function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    const start = path.indexOf(name);
    if (start !== -1) cycles.push([...path.slice(start), name]);
    if (start !== -1 || done.has(name)) return;
    for (const next of graph.get(name) ?? []) visit(next, [...path, name]);
    done.add(name);
  };
  for (const name of graph.keys()) visit(name, []);
  return cycles;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
