/** Paths of the published schemas, from the repository's root. */
export const publishedPaths = {
  /** For registries and composition. */
  subgraph: 'schema/published/subgraph.graphql',
  /** For clients. */
  api: 'schema/published/api.graphql',
} as const;
