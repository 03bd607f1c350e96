import { asInstant, asInt } from '../json.ts';
import type { Resolvers } from './types.generated.ts';

export const Counters: Resolvers['Counters'] = {
  // No id of a room, message or user has a space.
  id: ({ roomId, userId }) => `counters ${roomId} ${userId}`,
  joined: ({ counters }) => counters.joined,
  memberCount: ({ counters }) => asInt(counters.members) ?? null,
  messageCount: ({ counters }) => asInt(counters.msgs) ?? null,
  unreadCount: ({ counters }) => asInt(counters.unreads) ?? null,
  unreadSince: ({ counters }) => asInstant(counters.unreadsFrom) ?? null,
  latestAt: ({ counters }) => asInstant(counters.latest) ?? null,
  userMentionCount: ({ counters }) => asInt(counters.userMentions) ?? null,
};
