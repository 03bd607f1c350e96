import { defineConfig } from '@graphql-mesh/compose-cli';
import { loadOpenAPISubgraph } from '@omnigraph/openapi';

/** Composes `supergraph.graphql` from `openapi.json`: `npm run compose`. */
export const composeConfig = defineConfig({
  subgraphs: [
    {
      sourceHandler: loadOpenAPISubgraph('upstream', {
        source: './openapi.json',
        operationHeaders: {
          'x-user-id': "{context.headers['x-user-id']}",
          'x-auth-token': "{context.headers['x-auth-token']}",
        },
      }),
    },
  ],
});
