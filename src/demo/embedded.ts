import { startDemo } from './server.ts';

export interface EmbeddedOptions {
  readonly hasRateLimit: boolean;
  readonly dialect: 'R7' | 'R8';
}

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
export async function startEmbeddedDemo({ hasRateLimit, dialect }: EmbeddedOptions) {
  const demo = await startDemo({ dialect, rateLimit: hasRateLimit && { calls: 10, ms: 60_000 }, keptCalls });
  const { member, admin } = demo.world;
  const greeting = (url: string, hasExplorer: boolean): string =>
    [
      `Demo workspace: no ROCKETCHAT_URL is set, so this is made-up data.`,
      ``,
      ...(hasExplorer ? [`  Explorer       ${url}/explorer   (Apollo Sandbox: ${url}/graphql)`] : []),
      `  User           ${member.name}: X-User-Id ${member.id}, X-Auth-Token ${member.token}`,
      `  Administrator  ${admin.name}: X-User-Id ${admin.id}, X-Auth-Token ${admin.token}`,
      ``,
      `  curl -s ${url}/graphql -H 'Content-Type: application/json' \\`,
      `    -H 'X-User-Id: ${member.id}' -H 'X-Auth-Token: ${member.token}' \\`,
      `    -d '{"query":"{ viewer { unreadCount directMessages(first: 3) { nodes { usernames lastMessage { text } } } } }"}'`,
    ].join('\n');
  const credentials = { userId: member.id, authToken: member.token };
  const headers = { 'X-User-Id': member.id, 'X-Auth-Token': member.token };
  return { ...demo, credentials, headers, tourSubjects, greeting };
}
