import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { fetchAs } from './clients.js';
import { plainLoad } from './loaders.js';
import { schema } from './schema.js';

/**
 * Apollo Server as its documentation begins, https://www.apollographql.com/docs/apollo-server/getting-started: the
 * standalone server, `fetch` in the resolvers, nothing batched.
 */
await startStandaloneServer(new ApolloServer({ schema }), {
  listen: { port: Number(process.env.PORT), host: '127.0.0.1' },
  context: async ({ req }) => ({ load: plainLoad(fetchAs(req.headers)) }),
});
