/** Path of the published schema, for registries and composition, from the repository's root. */
export const publishedPath = 'schema/published/subgraph.graphql';
