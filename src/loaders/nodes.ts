import { GatewayError } from '../errors.ts';
import { wholeMessage, type RestMessage, type RestSubscription, type RestUser } from '../upstream/types.ts';
import { callByKey, type Loader } from './loader.ts';
import type { RoomCheck } from './room-check.ts';

/** An object of the API with the name of its type: a room is known by its id alone. */
export type NodeRow =
  | { readonly __typename: 'DirectMessage'; readonly _id: string; readonly t?: undefined }
  | (RestMessage & { readonly __typename: 'Message' })
  | (RestUser & { readonly __typename: 'User' });

export interface NodeKey {
  readonly id: string;
  /** The type that it must have; undefined if it can have any. */
  readonly type: string | undefined;
}

interface Sources {
  readonly subscriptions: () => Promise<ReadonlyMap<string, RestSubscription>>;
  readonly anyMessages: Loader<string, RestMessage | null>;
  readonly messages: Loader<string, RestMessage | null>;
  readonly users: Loader<string, RestUser | null>;
  readonly check: RoomCheck;
}

/** Objects by id alone; null where there is none. */
export const nodeLoader = ({
  subscriptions,
  anyMessages,
  messages,
  users,
  check,
}: Sources): Loader<NodeKey, NodeRow | null> =>
  callByKey<NodeKey, NodeRow | null>(
    async ({ id, type }) => {
      if (type === 'DirectMessage') return (await check.isDirectMessageId(id)) ? roomNode(id) : null;
      if (type === 'Message') return messageNode(await messages.load(id).catch(noneIfForeign));
      if (type === 'User') return userNode(await users.load(id));
      const memberships = await subscriptions();
      if (memberships.get(id)?.t === 'd') return roomNode(id);
      const message = await anyMessages.load(id).catch(noneIfForeign);
      if (message !== null) return memberships.get(message.rid)?.t === 'd' ? messageNode(message) : null;
      return userNode(await users.load(id));
    },
    ({ id, type }) => JSON.stringify([id, type]),
  );

const roomNode = (id: string): NodeRow => ({ __typename: 'DirectMessage', _id: id });

const messageNode = (message: RestMessage | null): NodeRow | null =>
  message && { ...wholeMessage(message), __typename: 'Message' };

const userNode = (user: RestUser | null): NodeRow | null => user && { ...user, __typename: 'User' };

/** A message that the caller may not see, or one in a channel, is none of theirs. */
function noneIfForeign(error: unknown): null {
  if (error instanceof GatewayError && (error.code === 'NOT_FOUND' || error.code === 'FORBIDDEN')) return null;
  throw error;
}
