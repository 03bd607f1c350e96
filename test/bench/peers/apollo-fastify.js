import { ApolloServer } from '@apollo/server';
import fastifyApollo from '@as-integrations/fastify';
import Fastify from 'fastify';
import { requestAs } from './clients.js';
import { batchedLoad } from './loaders.js';
import { schema } from './schema.js';

/**
 * Apollo Server on Fastify as https://www.npmjs.com/package/@as-integrations/fastify has it, with a DataLoader for each
 * request (https://github.com/graphql/dataloader, "Caching Per-Request") and undici.
 */
const apollo = new ApolloServer({ schema });
await apollo.start();
const app = Fastify();
await app.register(fastifyApollo(apollo), {
  context: async ({ headers }) => ({ load: batchedLoad(requestAs(headers)) }),
});
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
