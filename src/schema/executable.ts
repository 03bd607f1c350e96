import { readdirSync, readFileSync } from 'node:fs';
import { makeExecutableSchema } from '@graphql-tools/schema';
import {
  buildASTSchema,
  concatAST,
  GraphQLScalarType,
  parse,
  print,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import { describePrices } from './priced-api.ts';
import { publishApi } from './published-api.ts';
import { publishSdl } from './published.ts';
import { readPrices } from './prices.ts';
import { asSubgraph, subgraphResolvers } from './subgraph.ts';
import { resolvers } from '../resolvers/index.ts';

/** Beside `src/` in the repository; the build copies it beside the code, so an image needs nothing else. */
const folder = new URL(import.meta.url.endsWith('.ts') ? '../../schema/' : './schema/', import.meta.url);

/** The public API: `schema/*.graphql`, without subfolders. */
const readSources = (): DocumentNode =>
  concatAST(
    readdirSync(folder)
      .filter((file) => file.endsWith('.graphql'))
      .toSorted()
      .map((file) => parse(readFileSync(new URL(file, folder), 'utf8'), { noLocation: true })),
  );

/** The published SDL: `_service { sdl }`, and the file for registries. */
export function createPublishedSdl(): string {
  const sources = readSources();
  return publishSdl(sources, readPrices(build(sources)));
}

/** The published API for clients, without the machinery of federation. */
export const createPublishedApi = (): string => publishApi(readSources());

/** The same with the upstream cost in its descriptions, for reference documentation. */
export function createPricedApi(): string {
  const sources = readSources();
  const api = parse(publishApi(sources), { noLocation: true });
  return print(describePrices(api, readPrices(build(sources))));
}

/** The tests validate the files, which are the same at every start. */
const build = (document: DocumentNode): GraphQLSchema => buildASTSchema(document, { assumeValidSDL: true });

/** The executable schema, a subgraph of Apollo Federation 2. */
export function createSchema(): GraphQLSchema {
  const sources = readSources();
  const schema: GraphQLSchema = makeExecutableSchema({
    typeDefs: asSubgraph(sources),
    assumeValidSDL: true,
    resolvers: [
      untouched(resolvers),
      subgraphResolvers(
        () => schema,
        () => publishSdl(sources, readPrices(schema)),
      ),
    ],
    resolverValidationOptions: { requireResolversToMatchSchema: 'error', requireResolversForResolveType: 'error' },
  });
  return schema;
}

/**
 * The same resolvers in the long form, which makeExecutableSchema takes as it is: it binds functions, so that nothing would
 * tell any more which of them are readers, and takes a scalar's description and specification from its resolver, which has none.
 */
const untouched = (byType: Readonly<Record<string, object>>) =>
  Object.fromEntries(
    Object.entries(byType).map(([name, type]) => {
      if (type instanceof GraphQLScalarType) {
        const { serialize, parseValue, parseLiteral } = type;
        return [name, { serialize, parseValue, parseLiteral }];
      }
      const fields = Object.entries(type).map(([field, resolve]: [string, unknown]) => [
        field,
        field.startsWith('__') ? resolve : { resolve },
      ]);
      return [name, Object.fromEntries(fields) as object];
    }),
  );
