import type { World } from '../../../src/demo/world.ts';
import { later } from '../../../src/demo/world-clock.ts';
import { colleague, openDemo, roomOf, type Reply } from '../support.ts';

export interface SyncResult {
  readonly updated: Record<string, unknown>[];
  readonly deleted: { _id: string; _deletedAt: string }[];
  readonly cursor?: { next: string | null; previous: string | null };
}

export const ids = (rows: readonly unknown[]): unknown[] => (rows as { _id: string }[]).map(({ _id }) => _id);

/** Epoch milliseconds as a cursor writes them. */
export const cursorAt = (at: string | undefined): string => String(Date.parse(at ?? ''));

/** After all rows that the world has written, and before its next event. */
export const settled = (world: World): string => later(world.now, 500);

/** A room of the member with a friend, and `chat.syncMessages` for it. */
export async function openRoom({ dialect = 'R8', count = 0 }: { dialect?: 'R7' | 'R8'; count?: number } = {}) {
  const demo = await openDemo({ dialect });
  const { world, get } = demo;
  const room = roomOf(world, count);
  const friend = colleague(world);
  const ask = (query: string, account = world.member): Promise<Reply> => get(`chat.syncMessages?${query}`, account);
  const sync = async (query: string): Promise<SyncResult> => {
    const { status, body } = await ask(`roomId=${room._id}&${query}`);
    if (status !== 200) throw new Error(JSON.stringify(body));
    return body['result'] as SyncResult;
  };
  return {
    ...demo,
    room,
    friend,
    ask,
    sync,
    since: (at: string) => sync(`lastUpdate=${at}`),
    say: (text: string, extra: Record<string, unknown> = {}) =>
      world.post({ roomId: room._id, userId: world.member.id, text, ...extra }),
  };
}
