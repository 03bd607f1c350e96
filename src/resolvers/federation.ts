import { entitiesResolver } from '@apollo/subgraph';
import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../context/request-context.ts';
import { GatewayError } from '../errors.ts';
import { checkId, checkRoomId } from './ids.ts';
import { asObject, asText } from '../json.ts';
import type { RoomStub } from './parents.ts';

/**
 * What other subgraphs refer to by id, found with the caller's own credentials. Like the root fields of the same types:
 * a room costs nothing until a field below asks, and a message or user that does not exist is null.
 */
export const references = {
  DirectMessage: {
    __resolveReference: (reference: object, { viewerId }: Context): RoomStub => ({
      _id: checkRoomId(keyOf(reference), argument, viewerId),
    }),
  },
  Message: {
    __resolveReference: (reference: object, { loaders }: Context) =>
      loaders.messages.load(checkId(keyOf(reference), argument)),
  },
  User: {
    __resolveReference: (reference: object, { loaders }: Context) =>
      loaders.users.load(checkId(keyOf(reference), argument)),
  },
};

const argument = 'representations.id';

function keyOf(reference: object): string {
  const id = asText(asObject(reference)?.['id']);
  if (id === undefined) throw new GatewayError('BAD_USER_INPUT', 'A reference has no `id`, the key of its type.');
  return id;
}

/** Federation's own fields. `sdl`: the schema as it is published. */
export const federationResolvers = (sdl: string) => ({
  Query: {
    _service: () => ({ sdl }),
    _entities: (
      _root: unknown,
      { representations }: { representations: unknown[] },
      context: Context,
      info: GraphQLResolveInfo,
    ) => representations.map((representation) => resolveEntity(representation, context, info)),
  },
  _Entity: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
});

/** One reference, on its own: one that is refused is null with its error, and the others are not touched. */
async function resolveEntity(representation: unknown, context: Context, info: GraphQLResolveInfo): Promise<unknown> {
  const reference = asObject(representation);
  const typeName = asText(reference?.['__typename']);
  if (reference === undefined || typeName === undefined || !Object.hasOwn(references, typeName)) {
    const types = Object.keys(references).join(', ');
    throw new GatewayError('BAD_USER_INPUT', `A reference has a \`__typename\` that is none of ${types}.`);
  }
  const [entity] = entitiesResolver({ representations: [reference], context, info }) as unknown[];
  return entity;
}
