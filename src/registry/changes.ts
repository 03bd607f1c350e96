import { CriticalityLevel, diff, type Change } from '@graphql-inspector/core';
import { buildASTSchema, parse, type GraphQLSchema } from 'graphql';
import { asObject, asText } from '../json.ts';

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

/** Directives by which other subgraphs count on a type: without them a supergraph does not compose. */
const promises = new Set(['key', 'shareable']);

/** What has changed between two published schemas, by weight and coordinate. */
export async function changesBetween(before: string, after: string): Promise<SchemaChange[]> {
  const changes = (await diff(build(before), build(after))).map((change) => ({
    weight: breaksPromise(change) ? 'breaking' : weights[change.criticality.level],
    path: change.path ?? '',
    message: change.message,
  }));
  return changes.toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
}

/** The directives' definitions come from federation, and are not in the text. */
const build = (sdl: string): GraphQLSchema => buildASTSchema(parse(sdl), { assumeValidSDL: true });

function breaksPromise({ type, meta }: Change): boolean {
  const name = asText(asObject(meta)?.['removedDirectiveName']);
  return type.endsWith('_REMOVED') && name !== undefined && promises.has(name.replace('@', ''));
}
