import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { useJIT } from '@graphql-mesh/plugin-jit';

/**
 * Hive Gateway in front of REST, without code: GraphQL Mesh composed `supergraph.graphql` from `openapi.json`
 * (`npm run compose`; https://the-guild.dev/graphql/mesh/v1/getting-started). With the plug-in that its own option `jit`
 * ("Just-In-Time compilation of GraphQL documents", `hive-gateway --help`) loads.
 */
const supergraph = readFileSync(new URL('supergraph.graphql', import.meta.url), 'utf8').replaceAll(
  'http://upstream.invalid',
  process.env.ROCKETCHAT_URL,
);
const gateway = createGatewayRuntime({
  supergraph,
  logging: false,
  landingPage: false,
  graphiql: false,
  plugins: () => [useJIT()],
});
createServer(gateway).listen(Number(process.env.PORT), '127.0.0.1');
