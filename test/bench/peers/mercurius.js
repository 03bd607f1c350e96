import Fastify from 'fastify';
import mercurius from 'mercurius';
import { dispatchAs } from './clients.js';
import { batchedLoad } from './loaders.js';
import { schema } from './schema.js';

/**
 * mercurius with its compiler: `jit: 1`, https://mercurius.dev/#/docs/api/options ("jit: the minimum number of
 * executions a query needs to be executed before being jit'ed"). DataLoader in the context in place of mercurius'
 * loaders: these write each parent as text for a cache key, which costs more for parents as large as messages.
 */
const app = Fastify();
await app.register(mercurius, {
  schema,
  jit: 1,
  context: (request) => ({ load: batchedLoad(dispatchAs(request.headers)) }),
});
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
