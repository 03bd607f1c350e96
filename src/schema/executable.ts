import { readdirSync, readFileSync } from 'node:fs';
import { addResolversToSchema, buildSubgraphSchema, printSubgraphSchema } from '@apollo/subgraph';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { concatAST, isObjectType, parse, print, type DocumentNode, type GraphQLSchema } from 'graphql';
import { describeMachinery, describeScalars, withoutSpecification } from './descriptions.ts';
import { describePrices } from './priced-api.ts';
import { publishApi } from './published-api.ts';
import { publishSdl } from './published.ts';
import { readPrices } from './prices.ts';
import { federationResolvers, references } from '../resolvers/federation.ts';
import { resolvers } from '../resolvers/index.ts';
import { readingOf } from '../resolvers/readers.ts';

/** Beside `src/` in the repository; the build copies it beside the code, so an image needs nothing else. */
const folder = new URL(import.meta.url.endsWith('.ts') ? '../../schema/' : './', import.meta.url);

/** The public API: `schema/*.graphql`, without subfolders. */
const readSources = (): DocumentNode =>
  concatAST(
    readdirSync(folder)
      .filter((file) => file.endsWith('.graphql'))
      .toSorted()
      .map((file) => parse(readFileSync(new URL(file, folder), 'utf8'), { noLocation: true })),
  );

/** The published SDL: `_service { sdl }`, and the file for registries. */
export const createPublishedSdl = (): string => publish(readSources());

/** The published API for clients, without the machinery of federation. */
export const createPublishedApi = (): string => publishApi(readSources());

/** The same with the upstream cost in its descriptions, for reference documentation. */
export function createPricedApi(): string {
  const sources = readSources();
  const api = parse(publishApi(sources), { noLocation: true });
  return print(describePrices(api, readPrices(buildSubgraphSchema(sources))));
}

const publish = (sources: DocumentNode, shell = buildSubgraphSchema(sources)): string =>
  publishSdl(sources, readPrices(shell));

/**
 * The executable schema, a subgraph of Apollo Federation 2. `buildSubgraphSchema` knows federation but tolerates wrong
 * resolvers; `makeExecutableSchema` rejects those at start but does not know federation. So the first one makes the types,
 * and the second one the schema.
 */
export function createSchema(): GraphQLSchema {
  const sources = readSources();
  const shell = buildSubgraphSchema(sources);
  describeMachinery(shell);
  const schema = makeExecutableSchema({
    typeDefs: withoutSpecification(parse(printSubgraphSchema(shell), { noLocation: true })),
    resolvers: [resolvers, federationResolvers(publish(sources, shell))],
    resolverValidationOptions: { requireResolversToMatchSchema: 'error', requireResolversForResolveType: 'error' },
  });
  describeScalars(schema, shell);
  addResolversToSchema(schema, references); // makeExecutableSchema drops them silently
  restoreReaders(schema);
  return schema;
}

/** makeExecutableSchema binds all resolvers, so that nothing tells any more which of them only read their source. */
function restoreReaders(schema: GraphQLSchema): void {
  for (const [name, fields] of Object.entries(resolvers)) {
    const type = schema.getType(name);
    if (!isObjectType(type)) continue;
    for (const [fieldName, resolve] of Object.entries(fields as Readonly<Record<string, unknown>>)) {
      const field = type.getFields()[fieldName];
      if (field !== undefined && readingOf(resolve) !== undefined) {
        field.resolve = resolve as NonNullable<typeof field.resolve>;
      }
    }
  }
}
