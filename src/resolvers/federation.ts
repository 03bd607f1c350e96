import { entitiesResolver } from '@apollo/subgraph';
import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../context/request-context.ts';
import { GatewayError } from '../errors.ts';
import { checkId, checkRoomId } from './ids.ts';
import { asObject, asText } from '../json.ts';
import type { RoomStub } from './parents.ts';

/**
 * Resolves references from other subgraphs, with the caller's own credentials. As with the root fields of these types,
 * a room costs no call itself, and a message or user that does not exist is null.
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
  if (id === undefined) throw new GatewayError('BAD_USER_INPUT', 'The reference has no `id`, the key of its type.');
  return id;
}

/** The objects of the references, each by itself. */
export const resolveEntities = (
  _root: unknown,
  { representations }: { representations: unknown[] },
  context: Context,
  info: GraphQLResolveInfo,
) =>
  representations.map((representation) => {
    const entity = resolveEntity(representation, context, info);
    entity.catch(() => undefined); // another field may have failed before, and then nobody waits for this one
    return entity;
  });

/** Resolves one reference. If it fails, it alone is null, with its error. */
async function resolveEntity(representation: unknown, context: Context, info: GraphQLResolveInfo): Promise<unknown> {
  const reference = asObject(representation);
  const typeName = asText(reference?.['__typename']);
  if (reference === undefined || typeName === undefined || !Object.hasOwn(references, typeName)) {
    const types = Object.keys(references).join(', ');
    throw new GatewayError('BAD_USER_INPUT', `The \`__typename\` of a reference must be one of ${types}.`);
  }
  const [entity] = entitiesResolver({ representations: [reference], context, info }) as unknown[];
  return entity;
}
