import { readdirSync, readFileSync } from 'node:fs';
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GraphQLSchema } from 'graphql';
import { resolvers } from './resolvers/index.ts';

const folder = new URL('../schema/', import.meta.url);

/** The public API as text: all of `schema/*.graphql`. */
export const readTypeDefs = (): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.graphql'))
    .toSorted()
    .map((file) => readFileSync(new URL(file, folder), 'utf8'));

/** The executable schema. A resolver that matches nothing in it is an error at start. */
export const createSchema = (): GraphQLSchema =>
  makeExecutableSchema({
    typeDefs: readTypeDefs(),
    resolvers,
    resolverValidationOptions: { requireResolversToMatchSchema: 'error', requireResolversForResolveType: 'error' },
  });
