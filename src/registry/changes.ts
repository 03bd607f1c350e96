import { CriticalityLevel, diff } from '@graphql-inspector/core';
import {
  buildASTSchema,
  Kind,
  parse,
  print,
  type DocumentNode,
  type FieldDefinitionNode,
  type ObjectTypeDefinitionNode,
} from 'graphql';

export type Weight = 'breaking' | 'dangerous' | 'safe';

export interface SchemaChange {
  readonly weight: Weight;
  /** Schema coordinate, where the change has one. */
  readonly path: string;
  readonly message: string;
}

/** The mark of fields that are null only with an error, as a non-null field is without the mark. */
const semanticNonNull = { name: 'semanticNonNull', text: '@semanticNonNull' } as const;

const weights: Readonly<Record<CriticalityLevel, Weight>> = {
  [CriticalityLevel.Breaking]: 'breaking',
  [CriticalityLevel.Dangerous]: 'dangerous',
  [CriticalityLevel.NonBreaking]: 'safe',
};

/** Changes between two published schemas of the same kind, by severity and coordinate. */
export async function changesBetween(before: string, after: string): Promise<SchemaChange[]> {
  const [old, current] = [parse(before), parse(after)];
  const ofClients = (await diff(build(old), build(current)))
    .map(({ criticality, path = '', message }) => ({ weight: weights[criticality.level], path, message }))
    .filter(({ path }) => !/@(key|shareable|semanticNonNull)\b/.test(path));
  const changes = [...ofClients, ...promisesChanged(promisesOf(old), promisesOf(current))];
  return changes.toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
}

/** A subgraph's text has no directive definitions: federation brings them. */
const build = (document: DocumentNode) => buildASTSchema(document, { assumeValidSDL: true });

/** Whether a published schema is a subgraph's: those link to the specification of federation. */
export const isSubgraph = (text: string): boolean =>
  parse(text).definitions.some(
    (definition) =>
      (definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION) &&
      definition.directives?.some(({ name }) => name.value === 'link') === true,
  );

/**
 * Directives that others rely on. Without the first two, a supergraph does not compose, or cannot resolve an object; without
 * the third, the types that clients generated no longer hold.
 */
const promises = new Set(['key', 'shareable', semanticNonNull.name]);

interface Kept {
  readonly path: string;
  readonly text: string;
  /** Whether the type says so already, without the directive. */
  readonly isImplied: boolean;
}

/** By coordinate, such as `User.@key`, and printed form: a key with other arguments is a different one. */
function promisesOf({ definitions }: DocumentNode): Map<string, Kept> {
  const found = new Map<string, Kept>();
  for (const definition of definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    for (const node of [definition, ...(definition.fields ?? [])]) {
      const coordinate = node === definition ? node.name.value : `${definition.name.value}.${node.name.value}`;
      const add = (name: string, text: string, isImplied: boolean) =>
        found.set(`${coordinate} ${text}`, { path: `${coordinate}.@${name}`, text, isImplied });
      if (isNonNull(node)) add(semanticNonNull.name, semanticNonNull.text, true);
      for (const directive of node.directives ?? [])
        if (promises.has(directive.name.value)) add(directive.name.value, print(directive), false);
    }
  }
  return found;
}

const isNonNull = (node: ObjectTypeDefinitionNode | FieldDefinitionNode): boolean =>
  node.kind === Kind.FIELD_DEFINITION && node.type.kind === Kind.NON_NULL_TYPE;

type Promises = ReturnType<typeof promisesOf>;

const promisesChanged = (before: Promises, after: Promises): SchemaChange[] => [
  ...[...before]
    .filter(([id, { isImplied }]) => !isImplied && !after.has(id))
    .map(([, { path, text }]) => ({ weight: 'breaking', path, message: `${text} was removed` }) as const),
  ...[...after]
    .filter(([id, { isImplied }]) => !isImplied && !before.has(id))
    .map(([, { path, text }]) => ({ weight: 'safe', path, message: `${text} was added` }) as const),
];
