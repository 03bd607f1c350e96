import { describe, expect, it } from 'vitest';
import { codesOf } from '../../support/scenario.ts';
import {
  askPage,
  at,
  connectionIn,
  newestFirst,
  openAt,
  queries,
  roomId,
  walk,
  withUnstableTies,
  worldWith,
} from './edges.ts';

const spread = (count: number) => Array.from({ length: count }, (_, index) => index * 10);
const burst = (count: number, ms = 0) => Array.from({ length: count }, () => ms);

describe('The end of a history', () => {
  it.each(['R7', 'R8'] as const)(
    'H5: a history does not end because the workspace caps answers lower than it once did (%s)',
    async (dialect) => {
      const world = worldWith(spread(45));
      const gateway = await openAt(world, { dialect });
      expect((await walk(gateway, queries.history, 44)).ids).toHaveLength(45);
      gateway.demo.configure({ upperCount: 10 });
      const first = await askPage(gateway, queries.history, 'first: 20');
      expect(first.pageInfo.hasNextPage).toBe(true);
      expect((await walk(gateway, queries.history, 20)).ids).toEqual(newestFirst(world.messagesOf(roomId)));
    },
  );

  it('H5: a history does not end early if instances of the workspace cap responses differently', async () => {
    const world = worldWith([...spread(30), ...burst(5, 400), ...burst(5, 500)]);
    const gateway = await openAt(world);
    const stored = world.messagesOf.bind(world);
    const caps = [100, 7, 3, 20, 2, 50];
    let call = 0;
    world.messagesOf = (id) => {
      gateway.demo.configure({ upperCount: caps[(call += 1) % caps.length] ?? 100 });
      return stored(id);
    };
    for (const size of [1, 3, 8, 20, 100]) {
      expect((await walk(gateway, queries.history, size)).ids, `first: ${size}`).toEqual(newestFirst(stored(roomId)));
    }
  });

  it('H5: the end of a history costs a second call after a short response, and none after a full or empty one', async () => {
    const gateway = await openAt(worldWith(spread(5)));
    const costs = async (size: number) => (await walk(gateway, queries.history, size)).calls;
    expect(await costs(4)).toEqual([1, 2]);
    expect(await costs(5)).toEqual([2]);
    expect(await costs(20)).toEqual([2]);
    expect((await askPage(await openAt(worldWith([])), queries.history, 'first: 20')).calls).toHaveLength(1);
  });
});

describe('Messages of one millisecond', () => {
  it.each([1, 2, 5, 10, 59, 60, 99, 100])(
    'M2: sixty of them are read with pages of %i, in whatever order they come, for two calls a page at most',
    async (size) => {
      const world = withUnstableTies(worldWith([...spread(3), ...burst(60, 500), ...spread(3).map((ms) => ms + 1000)]));
      const gateway = await openAt(world);
      const { ids, calls } = await walk(gateway, queries.history, size);
      expect(ids).toEqual(newestFirst(world.messagesOf(roomId)));
      expect(Math.max(...calls)).toBeLessThanOrEqual(2);
    },
  );

  it.each([1, 2, 5, 10])(
    'M2: sixty of them alone are read with pages of %i for two calls a page, after one more for the first',
    async (size) => {
      const world = withUnstableTies(worldWith(burst(60)));
      const gateway = await openAt(world);
      const { ids, calls } = await walk(gateway, queries.history, size);
      expect(ids).toEqual(newestFirst(world.messagesOf(roomId)));
      expect(calls[0]).toBe(3);
      expect(Math.max(...calls.slice(1))).toBeLessThanOrEqual(2);
    },
  );

  it('M2: more messages of one millisecond than one response holds are read if their order is stable', async () => {
    const world = worldWith(burst(230));
    const gateway = await openAt(world);
    expect((await walk(gateway, queries.history, 60)).ids).toEqual(newestFirst(world.messagesOf(roomId)));
  });

  it('M2: more messages of one millisecond than one response holds, in varying order, are an error with advice', async () => {
    const world = withUnstableTies(worldWith(burst(130)));
    const gateway = await openAt(world);
    const { data, errors, calls } = await gateway.askCounting(queries.history.replace('$ARGS', 'first: 60'));
    expect(data).toEqual({ directMessage: { c: null } });
    expect(errors).toMatchObject([
      { message: expect.stringContaining('`messages`') as string, extensions: { code: 'UPSTREAM_BAD_RESPONSE' } },
    ]);
    expect(new Set(calls).size).toBeLessThan(calls.length);
    expect((await walk(gateway, queries.messages, 60)).ids).toEqual(newestFirst(world.messagesOf(roomId)));
  });

  it('M2: a window that must be read again is, and that second reading serves every page that needs it', async () => {
    const world = worldWith(burst(8));
    const gateway = await openAt(world, { upperCount: 3 });
    const stored = world.messagesOf.bind(world);
    let reads = 0;
    world.messagesOf = (id) => ((reads += 1) === 2 ? stored(id).toReversed() : stored(id));
    const twice = `{ directMessage(id: "${roomId}") { a: history(first: 8) { nodes { id } } b: history(first: 8) { nodes { id } pageInfo { hasNextPage } } } }`;
    const { data, errors, calls } = await gateway.askCounting(twice);
    expect(errors).toBeUndefined();
    const ids = newestFirst(stored(roomId)).map((id) => ({ id }));
    expect(data).toEqual({ directMessage: { a: { nodes: ids }, b: { nodes: ids, pageInfo: { hasNextPage: false } } } });
    expect(reads).toBe(calls.length);
  });

  it('S1: when graphql-js runs a failed operation again, its windows cost no second call', async () => {
    const world = worldWith([...spread(3), ...burst(8, 400)]);
    const gateway = await openAt(world, { upperCount: 3 });
    const stored = world.messagesOf.bind(world);
    const page = 'history(first: 8) { nodes { id } pageInfo { hasNextPage } }';
    const ask = (rest: string) => {
      let reads = 0;
      world.messagesOf = (id) => ((reads += 1) === 2 ? stored(id).toReversed() : stored(id));
      return gateway.askCounting(`{ c: directMessage(id: "${roomId}") { ${page} } ${rest} }`);
    };
    const once = await ask('');
    const twice = await ask('failing: directMessage(id: "nosuchroom") { topic }');
    expect(codesOf(twice)).toEqual(['failing.topic: NOT_FOUND']);
    expect(twice.data?.['c']).toEqual(once.data?.['c']);
    const ofPages = (calls: readonly string[]) => calls.filter((call) => call.startsWith('dm.history'));
    expect(ofPages(twice.calls)).toEqual(once.calls);
    expect(new Set(once.calls).size).toBeLessThan(once.calls.length);
  });

  it('M2: a history is read from a workspace that returns one row per call', async () => {
    const world = worldWith([...spread(4), ...burst(3, 100)]);
    const gateway = await openAt(world, { upperCount: 1 });
    for (const query of [queries.history, queries.messages]) {
      for (const size of [1, 5, 100])
        expect((await walk(gateway, query, size)).ids).toEqual(newestFirst(world.messagesOf(roomId)));
    }
    expect((await walk(gateway, queries.messages, 2, { isBackward: true })).ids).toEqual(
      newestFirst(world.messagesOf(roomId)).toReversed(),
    );
  });
});

describe('The gap between `since` and a page of history', () => {
  const query = `{ directMessage(id: "${roomId}") { c: history($ARGS) { nodes { id } notLoadedCount firstNotLoaded { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`;

  it.each([false, true])(
    'M1: is counted exactly where messages share a millisecond (inclusive: %s)',
    async (inclusive) => {
      const times = [...burst(15, 10), ...burst(15, 20), ...burst(15, 30), ...burst(15, 40)];
      const world = withUnstableTies(worldWith(times));
      const gateway = await openAt(world);
      const all = newestFirst(world.messagesOf(roomId));
      const oldest = new Set(all.slice(-15));
      const more = `range: { since: "${at(9)}", inclusive: ${inclusive} }`;
      for (const size of [1, 7, 15, 31, 50, 60]) {
        const { pages, calls } = await walk(gateway, query, size, { more });
        let read = 0;
        for (const { nodes, notLoadedCount, firstNotLoaded } of pages) {
          read += nodes.length;
          expect([size, read, notLoadedCount]).toEqual([size, read, 60 - read]);
          if (read < 60)
            expect(read <= 45 ? oldest.has(firstNotLoaded?.id ?? '') : firstNotLoaded?.id === all.at(-1)).toBe(true);
          else expect(firstNotLoaded).toBeNull();
        }
        expect(Math.max(...calls)).toBeLessThanOrEqual(3);
      }
    },
  );

  it('M1: the gap excludes messages sent at `since` itself, even if the range includes them', async () => {
    const gateway = await openAt(worldWith([10, 10, 20, 30]));
    const pageOf = async (inclusive: boolean, size: number) => {
      const { nodes, notLoadedCount, pageInfo } = await askPage(
        gateway,
        query,
        `first: ${size} range: { since: "${at(10)}", inclusive: ${inclusive} }`,
      );
      return [nodes.length, notLoadedCount, pageInfo.hasNextPage];
    };
    expect(await pageOf(true, 1)).toEqual([1, 1, true]);
    expect(await pageOf(true, 2)).toEqual([2, 0, true]);
    expect(await pageOf(true, 3)).toEqual([2, 0, true]);
    expect(await pageOf(true, 4)).toEqual([4, 0, false]);
    expect(await pageOf(false, 1)).toEqual([1, 1, true]);
    expect(await pageOf(false, 2)).toEqual([2, 0, false]);
  });

  it('M1: a gap that cannot be counted nulls its own fields and not the page', async () => {
    const gateway = await openAt(worldWith(spread(9)));
    gateway.demo.fail('dm.history', { status: 500, when: ({ query: { unreads } }) => unreads === 'true' });
    const answer = await gateway.ask(query.replace('$ARGS', `first: 3 range: { since: "${at(0)}" }`));
    expect(connectionIn(answer.data)).toMatchObject({
      notLoadedCount: null,
      firstNotLoaded: null,
      pageInfo: { hasNextPage: true },
    });
    expect(connectionIn(answer.data)?.nodes).toHaveLength(3);
    expect(codesOf(answer)?.toSorted()).toEqual([
      'directMessage.c.firstNotLoaded: UPSTREAM_UNAVAILABLE',
      'directMessage.c.notLoadedCount: UPSTREAM_UNAVAILABLE',
    ]);
  });
});

describe('Extra calls that fail', () => {
  it('M3: a failed call for `hasPreviousPage` does not null the page: it is true because the cursor’s row existed', async () => {
    const world = worldWith(spread(9));
    const gateway = await openAt(world);
    const first = await askPage(gateway, queries.history, 'first: 2');
    world.remove(first.nodes[1]?.id ?? '');
    gateway.demo.fail('dm.history', { status: 429, when: ({ query: { oldest } }) => oldest !== undefined });
    const next = await askPage(gateway, queries.history, `first: 2 after: "${first.pageInfo.endCursor}"`);
    expect(next.nodes).toHaveLength(2);
    expect(next.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
  });

  it('M3: a failed call for the end of a history moves the last millisecond to the next page', async () => {
    const world = worldWith(spread(4));
    const gateway = await openAt(world);
    gateway.demo.fail('dm.history', { status: 503, times: 2, when: ({ query: { count } }) => count === '2' });
    const first = await askPage(gateway, queries.history, 'first: 20');
    expect([first.nodes.length, first.pageInfo.hasNextPage]).toEqual([3, true]);
    gateway.demo.heal();
    const last = await askPage(gateway, queries.history, `first: 20 after: "${first.pageInfo.endCursor}"`);
    expect([last.nodes.length, last.pageInfo.hasNextPage]).toEqual([1, false]);
  });
});

describe('Messages dated in the future', () => {
  it('S2: messages dated in the future belong to open ranges only', async () => {
    const world = worldWith(spread(3));
    const ahead = ['2031-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'].map(
      (ts) => world.post({ roomId, userId: world.member.id, text: 'ahead', at: at(25), ts })._id,
    );
    const gateway = await openAt(world);
    for (const range of ['', `range: { since: "${at(-1)}" }`, `range: { since: "${at(0)}", inclusive: true }`]) {
      for (const size of [1, 2, 10]) {
        const { ids } = await walk(gateway, queries.history, size, { more: range });
        expect(ids).toEqual(newestFirst(world.messagesOf(roomId)));
        expect(ids.slice(0, 2)).toEqual(ahead.toReversed());
      }
    }
    expect((await walk(gateway, queries.history, 10, { more: `range: { until: "${at(1000)}" }` })).ids).toHaveLength(3);
    expect((await walk(gateway, queries.messages, 1)).ids).toHaveLength(5);
  });
});
