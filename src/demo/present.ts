import type { Mention, Message, MessageUser, Room, StoredReaction } from './types.ts';
import type { Call } from './route.ts';
import type { World } from './world.ts';

type Named<Value> = Value & { name?: string | undefined };

/** The current full name, or else the username. */
function withRealName<Value extends MessageUser | Mention>(world: World, user: Value): Named<Value> {
  return { ...user, name: world.account(user._id ?? '')?.name ?? user.username };
}

function withRealNames(world: World, message: Message): Partial<Message> {
  const nameOf = (username: string): string =>
    world.accounts.find((account) => account.username === username)?.name ?? username;
  const reactions = Object.entries(message.reactions ?? {}).map(([emoji, reaction]): [string, StoredReaction] => [
    emoji,
    { ...reaction, names: reaction.usernames.map(nameOf) },
  ]);
  return {
    u: withRealName(world, message.u),
    ...(message.mentions && { mentions: message.mentions.map((mention) => withRealName(world, mention)) }),
    ...(message.reactions && { reactions: Object.fromEntries(reactions) }),
  };
}

/** A message as the caller may see it: without other users' stars, and with current names if so configured. */
export function presentMessage(message: Message, { caller, world, settings }: Call): Message {
  if (message.starred === undefined && !settings.useRealName) return message;
  return {
    ...message,
    ...(message.starred && { starred: message.starred.filter(({ _id }) => _id === caller.id) }),
    ...(settings.useRealName && withRealNames(world, message)),
  };
}

const hiddenRoomFields = ['joinCode', 'members', 'importIds', 'e2e'];

/** The stored room without its secrets, and with its last message as the caller may see it. */
export function presentRoom(room: Room, call: Call): Room {
  const shown: Room = { ...room };
  for (const field of hiddenRoomFields) if (field in shown) delete shown[field];
  if (room.lastMessage) shown.lastMessage = presentMessage(room.lastMessage, call);
  return shown;
}
