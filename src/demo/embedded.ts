import { Life } from './life.ts';
import { landmarks } from './seed.ts';
import { startDemo } from './server.ts';
import type { World } from './world.ts';

export interface EmbeddedOptions {
  readonly hasRateLimit: boolean;
  readonly dialect: 'R7' | 'R8';
  /** Whether people write, read and react at a pace that one can watch. */
  readonly isLive: boolean;
}

/** Four things in ten seconds: enough to see it move, and few enough to follow. */
const paceMs = 2500;

/**
 * Calls kept for inspection, each with its headers. Tests keep all calls; `npm start` may run for weeks.
 */
const keptCalls = 1000;

/** What the explorers' tour shows: the room and the day with a message of every shape. */
export const tourSubjects = {
  username: 'priya.raman',
  from: '2026-10-27T00:00:00.000Z',
  to: '2026-10-28T00:00:00.000Z',
} as const;

/** The demo workspace of `npm start`, with its greeting. */
export async function startEmbeddedDemo({ hasRateLimit, dialect, isLive }: EmbeddedOptions) {
  const demo = await startDemo({ dialect, rateLimit: hasRateLimit && { calls: 10, ms: 60_000 }, keptCalls });
  const stopLife = isLive ? live(demo.world) : () => {};
  const { member, admin } = demo.world;
  const { users } = landmarks;
  const greeting = (url: string, pages: readonly string[]): string =>
    [
      `Demo workspace: no ROCKETCHAT_URL is set, so this is made-up data.`,
      ``,
      ...pages,
      `  User           ${member.name}: X-User-Id ${member.id}, X-Auth-Token ${member.token}`,
      `  Administrator  ${admin.name}: X-User-Id ${admin.id}, X-Auth-Token ${admin.token}`,
      ``,
      `  curl -s ${url}/graphql -H 'Content-Type: application/json' \\`,
      `    -H 'X-User-Id: ${member.id}' -H 'X-Auth-Token: ${member.token}' \\`,
      `    -d '{"query":"{ viewer { unreadCount directMessages(first: 3) { nodes { usernames lastMessage { text } } } } }"}'`,
    ].join('\n');
  return {
    ...demo,
    credentials: { userId: member.id, authToken: member.token },
    headers: { 'X-User-Id': member.id, 'X-Auth-Token': member.token },
    tourSubjects,
    /** As whom one can open the inbox: people who talk to each other, the administrator, and somebody with an empty inbox. */
    inboxUsers: [member.id, users.busy, users.shapes, admin.id, users.stranger].map((id) => {
      const { token, name, username } = demo.world.accountOf(id);
      return { id, token, name, username };
    }),
    greeting,
    close() {
      stopLife();
      return demo.close();
    },
  };
}

/** Returns what ends it. */
function live(world: World): () => void {
  const life = new Life(world);
  const timer = setInterval(() => void life.step(), paceMs);
  return () => clearInterval(timer);
}
