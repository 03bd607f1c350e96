import { ApolloClient, gql as apolloGql, HttpLink, InMemoryCache, type TypePolicies } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import { Client, fetchExchange, gql as urqlGql } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { introspectionFromSchema, isObjectType, type GraphQLSchema } from 'graphql';

export type Data = Readonly<Record<string, unknown>>;
export type Variables = Readonly<Record<string, unknown>>;

/** A client whose cache keeps objects by type and id. */
export interface CacheClient {
  /** Reads over the network, and returns what the cache then shows to the first page's reader. */
  read(query: string, variables?: Variables): Promise<Data>;
  /** What the cache alone answers; null if a part is missing. */
  cached(query: string, variables?: Variables): Data | null;
  /** Shows a query for as long as the client lives, and resolves with its first answer. */
  show(query: string, variables?: Variables): Promise<Data>;
  close(): void;
}

export interface ClientOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof fetch;
  /** The published API. */
  readonly schema: GraphQLSchema;
  /** Apollo Client's, beside those of the lists. */
  readonly typePolicies?: TypePolicies;
}

const someData = (data: unknown, error: unknown): Data => {
  if (data === undefined || data === null) throw new Error('The response has no data.', { cause: error });
  return data as Data;
};

/** Apollo Client with the policies of its own library for lists, and its defaults for all else. */
export function apolloClient({ url, headers, fetch, typePolicies = {} }: ClientOptions): CacheClient {
  const lists: TypePolicies = {
    DirectMessage: { fields: { messages: relayStylePagination(['orderBy', 'filterBy']) } },
    Viewer: { fields: { directMessages: relayStylePagination(['orderBy']) } },
  };
  const cache = new InMemoryCache({ typePolicies: lists });
  cache.policies.addTypePolicies(typePolicies);
  const client = new ApolloClient({ link: new HttpLink({ uri: url, headers, fetch }), cache });
  const closing: (() => void)[] = [() => client.stop()];
  return {
    async read(query, variables = {}) {
      const { data, error } = await client.query<Data>({
        query: apolloGql(query),
        variables,
        fetchPolicy: 'network-only',
      });
      return someData(data, error);
    },
    cached: (query, variables = {}) => client.readQuery<Data>({ query: apolloGql(query), variables }),
    show(query, variables = {}) {
      const { promise, resolve } = Promise.withResolvers<Data>();
      const shown = client.watchQuery<Data>({ query: apolloGql(query), variables }).subscribe(({ data, dataState }) => {
        if (dataState === 'complete') resolve(data);
      });
      closing.unshift(() => shown.unsubscribe());
      return promise;
    },
    close: () => closing.forEach((each) => each()),
  };
}

/** urql with graphcache, which knows the published schema; a type without an id has no key. */
export function graphcacheClient({ url, headers, fetch, schema }: ClientOptions): CacheClient {
  const keyless = Object.values(schema.getTypeMap()).filter(
    (type) => isObjectType(type) && !('id' in type.getFields()),
  );
  const client = new Client({
    url,
    fetch,
    fetchOptions: { headers },
    preferGetMethod: false,
    exchanges: [
      cacheExchange({
        schema: introspectionFromSchema(schema),
        keys: Object.fromEntries(keyless.map(({ name }) => [name, () => null])),
        resolvers: { DirectMessage: { messages: relayPagination() }, Viewer: { directMessages: relayPagination() } },
      }),
      fetchExchange,
    ],
  });
  const closing: (() => void)[] = [];
  return {
    async read(query, variables = {}) {
      const { data, error } = await client
        .query<Data>(urqlGql(query), variables, { requestPolicy: 'network-only' })
        .toPromise();
      return someData(data, error);
    },
    cached(query, variables = {}) {
      const result = client.readQuery<Data>(urqlGql(query), variables, { requestPolicy: 'cache-only' });
      // Knowing the schema, graphcache shows null for a nullable field that it lacks, and asks for it: `stale`.
      return result === null || result.stale ? null : (result.data ?? null);
    },
    show(query, variables = {}) {
      const { promise, resolve } = Promise.withResolvers<Data>();
      const shown = client.query<Data>(urqlGql(query), variables).subscribe(({ data, stale }) => {
        if (data !== undefined && !stale) resolve(data);
      });
      closing.push(() => shown.unsubscribe());
      return promise;
    },
    close: () => closing.forEach((each) => each()),
  };
}
