import { concatAST, Kind, parse, type DocumentNode, type GraphQLSchema } from 'graphql';
import type { resolveEntities } from '../resolvers/federation.ts';

/** What Apollo Federation 2 asks of a subgraph beside its own types, as `@apollo/subgraph` defines it. */
const machinery = `
  extend type Query {
    "For routers: the objects of these references, in their order. Null with an error for a rejected one."
    _entities(
      "References: \`__typename\` and \`id\` of each."
      representations: [_Any!]!
    ): [_Entity]!
    "This API as a subgraph, for composing a supergraph. Needs no credentials."
    _service: _Service!
  }
  "A subgraph."
  type _Service {
    "Its schema as text."
    sdl: String
  }
  "A reference: an object with \`__typename\` and the fields of a key."
  scalar _Any
  "What other subgraphs can refer to."
  union _Entity = `;

/** The sources with that machinery; other subgraphs can refer to each type with a key. */
export function asSubgraph(sources: DocumentNode): DocumentNode {
  const entities = sources.definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return [];
    return definition.directives?.some(({ name }) => name.value === 'key') === true ? [definition.name.value] : [];
  });
  return concatAST([sources, parse(machinery + entities.toSorted().join(' | '), { noLocation: true })]);
}

/**
 * Resolvers of federation's own fields. Only routers ask for them, so the published schema is written, and the
 * library that resolves references loaded, when a router first does.
 */
export function subgraphResolvers(schema: () => GraphQLSchema, publish: () => string) {
  let sdl: string | undefined;
  let loading: Promise<typeof resolveEntities> | undefined;
  return {
    Query: {
      _service: () => ({ sdl: (sdl ??= publish()) }),
      _entities: async (...asked: Parameters<typeof resolveEntities>) =>
        (await (loading ??= loadEntities(schema())))(...asked),
    },
    _Entity: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
  };
}

async function loadEntities(schema: GraphQLSchema): Promise<typeof resolveEntities> {
  const [{ addResolversToSchema }, { resolveEntities, references }] = await Promise.all([
    import('@apollo/subgraph'),
    import('../resolvers/federation.ts'),
  ]);
  addResolversToSchema(schema, references);
  return resolveEntities;
}
