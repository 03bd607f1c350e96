/** The published schema, for registries and whoever composes a supergraph; from the repository's root. */
export const publishedPath = 'schema/published/subgraph.graphql';
