import { readdirSync, readFileSync } from 'node:fs';
import { addResolversToSchema, buildSubgraphSchema, printSubgraphSchema } from '@apollo/subgraph';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { concatAST, parse, type DocumentNode, type GraphQLSchema } from 'graphql';
import { describeMachinery, withoutSpecification } from './descriptions.ts';
import { publishSdl } from './published.ts';
import { readPrices } from './prices.ts';
import { federationResolvers, references } from '../resolvers/federation.ts';
import { resolvers } from '../resolvers/index.ts';

/** In the repository beside `src/`; the build lays a copy beside the built code, so that an image needs nothing else. */
const folder = new URL(import.meta.url.endsWith('.ts') ? '../../schema/' : './', import.meta.url);

/** The public API: all of `schema/*.graphql`, and nothing of the folders below. */
const readSources = (): DocumentNode =>
  concatAST(
    readdirSync(folder)
      .filter((file) => file.endsWith('.graphql'))
      .toSorted()
      .map((file) => parse(readFileSync(new URL(file, folder), 'utf8'), { noLocation: true })),
  );

/** The schema as other tools get it: `_service { sdl }`, and the file that registries are given. */
export const createPublishedSdl = (): string => publish(readSources());

const publish = (sources: DocumentNode, shell = buildSubgraphSchema(sources)): string =>
  publishSdl(sources, readPrices(shell));

/**
 * The executable schema, a subgraph of Apollo Federation 2. `buildSubgraphSchema` knows federation, but lets mistakes in
 * resolvers pass; `makeExecutableSchema` refuses them at start, but does not know federation: so the first one makes the
 * types, and the second one the schema.
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
  addResolversToSchema(schema, references); // makeExecutableSchema would drop them without a word
  return schema;
}
