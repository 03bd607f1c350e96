import type { Resolvers } from './types.generated.ts';
import { equals, instant, int } from './readers.ts';

export const Counters: Resolvers['Counters'] = {
  // No id of a room, message or user has a space.
  id: ({ roomId, userId }) => `counters ${roomId} ${userId}`,
  joined: equals('counters.joined', true),
  memberCount: int('counters.members'),
  messageCount: int('counters.msgs'),
  unreadCount: int('counters.unreads'),
  unreadSince: instant('counters.unreadsFrom'),
  latestAt: instant('counters.latest'),
  userMentionCount: int('counters.userMentions'),
};
