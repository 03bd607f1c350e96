import { describe, expect, it } from 'vitest';
import { applyChanges, KeptMessages, type Changes, type Page, type Row } from './kept-messages.ts';

const row = (id: string, second: number, text = ''): Row & { text: string } => ({
  id,
  sentAt: `2026-10-30T10:00:${String(second).padStart(2, '0')}.000Z`,
  text,
});
const told = (changed: readonly Row[], removedIds: readonly string[] = []) => ({ changed, removedIds });

/** A source that gives these answers one after another, and what it was asked. */
function scripted(pages: readonly (Page<Row> | Error)[], answers: readonly (Changes<Row> | Error)[]) {
  const asked: string[] = [];
  const [nextPage, nextAnswer] = [pages.values(), answers.values()];
  const source = {
    page: async (after: string | null) => {
      asked.push(`page ${after}`);
      const page = nextPage.next().value ?? expect.unreachable();
      if (page instanceof Error) throw page;
      return page;
    },
    changes: async (since: string | null) => {
      asked.push(`changes ${since}`);
      const answer = nextAnswer.next().value ?? expect.unreachable();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  return { source, asked };
}

describe('Applying changes', () => {
  it('replaces, adds and removes rows, and keeps the order: newest first, ties by id', () => {
    const rows = [row('c', 3), row('b', 1), row('a', 1)];
    const changes = told([row('b', 1, 'edited'), row('d', 3), row('e', 2)], ['a', 'unknown']);
    expect(applyChanges(rows, changes)).toEqual([row('d', 3), row('c', 3), row('e', 2), row('b', 1, 'edited')]);
  });

  it('leaves out what lies behind the oldest row that was loaded, and nothing in front of it', () => {
    const oldest = row('b', 5);
    const changes = told([row('a', 5), row('c', 5), row('d', 4), row('e', 6), oldest]);
    expect(applyChanges([], changes, oldest).map(({ id }) => id)).toEqual(['e', 'c', 'b']);
  });

  it('removes what is told as both changed and removed', () => {
    expect(applyChanges([], told([row('a', 1)], ['a']))).toEqual([]);
  });
});

describe('Kept messages', () => {
  const page = (nodes: readonly Row[], endCursor: string | null = null): Page<Row> => ({
    nodes,
    pageInfo: { hasNextPage: endCursor !== null, endCursor },
  });
  const changes = (cursor: string, rest: Partial<Changes<Row>> = {}): Changes<Row> => ({
    changed: [],
    removedIds: [],
    cursor,
    hasMore: false,
    mustReload: false,
    ...rest,
  });
  const idsOf = ({ rows }: KeptMessages<Row>) => rows.map(({ id }) => id);

  it('asks for a cursor before the rows, then for what changed, until there is no more', async () => {
    const { source, asked } = scripted(
      [page([row('b', 2)], 'p1'), page([row('a', 1)])],
      [
        changes('c1', { mustReload: true }),
        changes('c2', { changed: [row('c', 3)], hasMore: true }),
        changes('c3', { removedIds: ['b'] }),
      ],
    );
    const kept = new KeptMessages(source);
    await kept.sync();
    await kept.sync();
    expect([idsOf(kept), kept.hasOlder, kept.cursor]).toEqual([['c'], true, 'c3']);
    await kept.loadOlder();
    expect([idsOf(kept), kept.hasOlder]).toEqual([['c', 'a'], false]);
    expect(asked).toEqual(['changes null', 'page null', 'changes c1', 'changes c2', 'page p1']);
  });

  it('forgets its rows and where its pages ended when it must reload', async () => {
    const { source, asked } = scripted(
      [page([row('b', 2)], 'p1'), page([row('d', 4)], 'p2'), page([row('c', 3)])],
      [changes('c1', { mustReload: true }), changes('c2', { mustReload: true })],
    );
    const kept = new KeptMessages(source);
    await kept.sync();
    await kept.sync();
    expect(idsOf(kept)).toEqual(['d']);
    await kept.loadOlder();
    expect(idsOf(kept)).toEqual(['d', 'c']);
    expect(asked.at(-1)).toBe('page p2');
  });

  it('keeps its rows where it must reload but cannot', async () => {
    const { source } = scripted(
      [page([row('b', 2)]), new Error('refused')],
      [
        changes('c1', { mustReload: true }),
        changes('c2', { mustReload: true }),
        changes('c3', { changed: [row('c', 3)] }),
      ],
    );
    const kept = new KeptMessages(source);
    await kept.sync();
    await expect(kept.sync()).rejects.toThrow('refused');
    await kept.sync();
    expect(idsOf(kept)).toEqual(['c', 'b']);
  });

  it('asks again from the same cursor after a failure, and goes on from a kept one', async () => {
    const { source, asked } = scripted([], [new Error('refused'), changes('c2', { changed: [row('b', 2)] })]);
    const kept = new KeptMessages(source, { rows: [row('a', 1)], cursor: 'c1' });
    await expect(kept.sync()).rejects.toThrow('refused');
    expect([idsOf(kept), kept.cursor]).toEqual([['a'], 'c1']);
    await kept.sync();
    expect([idsOf(kept), kept.cursor, asked]).toEqual([['b', 'a'], 'c2', ['changes c1', 'changes c1']]);
  });
});
