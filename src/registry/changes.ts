import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildASTSchema, Kind, parse, print, type DocumentNode } from 'graphql';

export type Weight = 'breaking' | 'dangerous' | 'safe';

export interface SchemaChange {
  readonly weight: Weight;
  /** Schema coordinate, where the change has one. */
  readonly path: string;
  readonly message: string;
}

const weights: Readonly<Record<CriticalityLevel, Weight>> = {
  [CriticalityLevel.Breaking]: 'breaking',
  [CriticalityLevel.Dangerous]: 'dangerous',
  [CriticalityLevel.NonBreaking]: 'safe',
};

/** Changes between two published schemas, by severity and coordinate. */
export async function changesBetween(before: string, after: string): Promise<SchemaChange[]> {
  const [old, current] = [parse(before), parse(after)];
  const ofClients = (await diff(build(old), build(current)))
    .map(({ criticality, path = '', message }) => ({ weight: weights[criticality.level], path, message }))
    .filter(({ path }) => !/@(key|shareable)\b/.test(path));
  const changes = [...ofClients, ...promisesChanged(promisesOf(old), promisesOf(current))];
  return changes.toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
}

/** The text has no directive definitions: federation brings them. */
const build = (document: DocumentNode) => buildASTSchema(document, { assumeValidSDL: true });

/** Directives that other subgraphs rely on: without them a supergraph does not compose, or cannot resolve an object. */
const promises = new Set(['key', 'shareable']);

/** By coordinate, such as `User.@key`, and printed form: a key with other arguments is a different one. */
function promisesOf({ definitions }: DocumentNode): Map<string, { path: string; text: string }> {
  const found = new Map<string, { path: string; text: string }>();
  for (const definition of definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    for (const node of [definition, ...(definition.fields ?? [])]) {
      const coordinate = node === definition ? node.name.value : `${definition.name.value}.${node.name.value}`;
      for (const directive of node.directives ?? []) {
        const text = print(directive);
        if (promises.has(directive.name.value))
          found.set(`${coordinate} ${text}`, { path: `${coordinate}.@${directive.name.value}`, text });
      }
    }
  }
  return found;
}

type Promises = ReturnType<typeof promisesOf>;

const promisesChanged = (before: Promises, after: Promises): SchemaChange[] => [
  ...[...before]
    .filter(([id]) => !after.has(id))
    .map(([, { path, text }]) => ({ weight: 'breaking', path, message: `${text} was removed` }) as const),
  ...[...after]
    .filter(([id]) => !before.has(id))
    .map(([, { path, text }]) => ({ weight: 'safe', path, message: `${text} was added` }) as const),
];
