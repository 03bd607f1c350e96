import { ApolloServer } from '@apollo/server';
import fastifyApollo from '@as-integrations/fastify';
import Fastify from 'fastify';
import { requestAs } from './clients.js';
import { batchedLoad } from './loaders.js';
import { schema } from './schema.js';

/**
 * Apollo Server on Fastify, with DataLoader and undici: https://www.apollographql.com/docs/apollo-server/data/fetching-data
 * ("Batching and caching") and https://www.npmjs.com/package/@as-integrations/fastify. NODE_ENV=production, as
 * https://www.apollographql.com/docs/apollo-server/api/apollo-server has it for production.
 */
const apollo = new ApolloServer({ schema });
await apollo.start();
const app = Fastify();
await app.register(fastifyApollo(apollo), {
  context: async ({ headers }) => ({ load: batchedLoad(requestAs(headers)) }),
});
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
