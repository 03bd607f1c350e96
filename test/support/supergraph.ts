import type { IncomingMessage } from 'node:http';
import { composeServices } from '@apollo/composition';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';

/** What `docs/federation.md` asks of routers, and the header for a report. */
const propagated = ['x-user-id', 'x-auth-token', 'x-request-id', 'x-request-timeout-ms', 'x-upstream-report'];

/** A company's own subgraph: its people are our users, and its tickets are talked about in our rooms and messages. */
export const peopleSdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable", "@external", "@requires"])
  type Query { tickets: [Ticket!]!, staff: UserConnection! }
  type Ticket @key(fields: "id") { id: ID!, room: DirectMessage, evidence: [Message]!, owner: User }
  type DirectMessage @key(fields: "id", resolvable: false) { id: ID! }
  type Message @key(fields: "id", resolvable: false) { id: ID! }
  type User @key(fields: "id") { id: ID!, department: String!, username: String @external, address: String @requires(fields: "username") }
  type UserConnection @shareable { edges: [UserEdge!]!, nodes: [User!]!, pageInfo: PageInfo!, totalCount: Int! }
  type UserEdge @shareable { cursor: String!, node: User! }
  type PageInfo @shareable { hasNextPage: Boolean!, hasPreviousPage: Boolean!, startCursor: String, endCursor: String }
`;

export interface Ticket {
  readonly id: string;
  readonly room?: { readonly id: string };
  readonly evidence: readonly { readonly id: string }[];
  readonly owner?: { readonly id: string };
}

/** Both schemas as one, or why they are none. */
export function compose(ourSdl: string, otherSdl = peopleSdl, urls: SubgraphUrls = {}) {
  return composeServices([
    { name: 'direct-messages', url: urls['direct-messages'] ?? 'http://127.0.0.1/unused', typeDefs: parse(ourSdl) },
    { name: 'people', url: urls['people'] ?? 'http://127.0.0.1/unused', typeDefs: parse(otherSdl) },
  ]);
}

type SubgraphUrls = Readonly<Record<string, string>>;

interface RouterContext {
  /** What is passed on to the gateway. */
  readonly headers?: Readonly<Record<string, string>>;
}

const listen = { listen: { port: 0, host: '127.0.0.1' } } as const;

/** The second subgraph, over HTTP. `headersSeen`: names of all that it was ever sent. */
export async function startPeople(tickets: readonly Ticket[]) {
  const people = new ApolloServer({
    plugins: [ApolloServerPluginInlineTraceDisabled()],
    schema: buildSubgraphSchema([
      {
        typeDefs: parse(peopleSdl),
        resolvers: {
          Query: {
            tickets: () => tickets,
            staff: () => {
              const nodes = tickets.flatMap(({ owner }) => (owner === undefined ? [] : [owner]));
              return {
                nodes,
                edges: [],
                pageInfo: { hasNextPage: false, hasPreviousPage: false },
                totalCount: nodes.length,
              };
            },
          },
          User: {
            department: ({ id }: { id: string }) => `department of ${id}`,
            address: ({ username }: { username?: string }) =>
              username === undefined ? null : `${username}@example.com`,
          },
        },
      },
    ]),
  });
  const headersSeen = new Set<string>();
  const context = async ({ req }: { req: IncomingMessage }) => {
    for (const name of Object.keys(req.headers)) headersSeen.add(name);
    return {};
  };
  const { url } = await startStandaloneServer(people, { ...listen, context });
  return { url, headersSeen, close: () => people.stop() };
}

/** The second subgraph, and a router before it and the gateway, over HTTP. */
export async function startSupergraph(ourSdl: string, ourUrl: string, tickets: readonly Ticket[]) {
  const people = await startPeople(tickets);
  const urls: SubgraphUrls = { 'direct-messages': ourUrl, people: people.url };
  const { supergraphSdl, errors } = compose(ourSdl, peopleSdl, urls);
  if (supergraphSdl === undefined)
    throw new Error(`does not compose: ${errors?.map(({ message }) => message).join('\n')}`);
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ name }) =>
      new RemoteGraphQLDataSource<RouterContext>({
        url: urls[name] ?? '',
        willSendRequest({ request, context }) {
          if (name !== 'direct-messages') return;
          const { headers = {} } = context as RouterContext; // none when the router looks whether the subgraph lives
          for (const [header, value] of Object.entries(headers)) request.http?.headers.set(header, value);
        },
      }),
  });
  const router = new ApolloServer<RouterContext>({ gateway, includeStacktraceInErrorResponses: false });
  const { url } = await startStandaloneServer(router, {
    ...listen,
    context: async ({ req }) => ({
      headers: Object.fromEntries(
        propagated.flatMap((name) => {
          const value = req.headers[name];
          return typeof value === 'string' ? [[name, value]] : [];
        }),
      ),
    }),
  });
  return {
    url,
    headersSeen: people.headersSeen,
    async close() {
      await router.stop();
      await people.close();
    },
  };
}
