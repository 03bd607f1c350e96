import { createServer } from 'node:http';
import { useGraphQlJit } from '@envelop/graphql-jit';
import { createYoga } from 'graphql-yoga';
import { dispatchAs } from './clients.js';
import { batchedLoad } from './loaders.js';
import { schema } from './schema.js';

/**
 * GraphQL Yoga with the JIT plug-in: https://the-guild.dev/graphql/yoga-server/docs/features/envelop-plugins. Its cache
 * of parsed and validated documents is on by itself (docs/features/parsing-and-validation-caching). No logging.
 */
const yoga = createYoga({
  schema,
  plugins: [useGraphQlJit()],
  logging: false,
  graphiql: false,
  landingPage: false,
  context: ({ req }) => ({ load: batchedLoad(dispatchAs(req.headers)) }),
});
createServer(yoga).listen(Number(process.env.PORT), '127.0.0.1');
