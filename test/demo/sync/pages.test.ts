import { describe, expect, it } from 'vitest';
import { cursorAt, ids, openRoom } from './room.ts';

const minute = (number: number): string => new Date(Date.UTC(2026, 3, 1, 8, number)).toISOString();

/** Three messages, a minute apart, in the order of their last change. */
async function openThree() {
  const demo = await openRoom();
  const messages = [1, 2, 3].map((number) => demo.say(`line ${number}`, { at: minute(number) }));
  return { ...demo, messages, at: messages.map(({ _updatedAt }) => cursorAt(_updatedAt)) };
}

describe('chat.syncMessages in pages of changes', () => {
  it('C62: oldest changes first; the last page has no next', async () => {
    const { sync, messages, at } = await openThree();
    const first = await sync('type=UPDATED&next=0&count=2');
    expect(ids(first.updated)).toEqual(ids(messages.slice(0, 2)));
    expect(first).toMatchObject({ deleted: [], cursor: { next: at[1], previous: at[0] } });
    const second = await sync(`type=UPDATED&next=${first.cursor?.next}&count=2`);
    expect(ids(second.updated)).toEqual([messages[2]?._id]);
    expect(second.cursor).toEqual({ next: null, previous: at[2] });
  });

  it('backwards: newest changes first, with a next but in the end no previous', async () => {
    const { sync, messages, at } = await openThree();
    const first = await sync(`type=UPDATED&previous=${cursorAt(minute(9))}&count=2`);
    expect(ids(first.updated)).toEqual([messages[2]?._id, messages[1]?._id]);
    expect(first.cursor).toEqual({ next: at[2], previous: at[1] });
    const second = await sync(`type=UPDATED&previous=${first.cursor?.previous}&count=2`);
    expect(ids(second.updated)).toEqual([messages[0]?._id]);
    expect(second.cursor).toEqual({ next: at[0], previous: null });
  });

  it('a page that is exactly full is the last one', async () => {
    const { sync, at } = await openThree();
    expect((await sync('type=UPDATED&next=0&count=3')).cursor).toEqual({ next: null, previous: at[0] });
  });

  it('a page without rows has no cursors at all', async () => {
    const { sync, at } = await openThree();
    const empty = { updated: [], deleted: [], cursor: { next: null, previous: null } };
    expect(await sync(`type=UPDATED&next=${at[2]}`)).toEqual(empty);
    expect(await sync(`type=UPDATED&previous=${at[0]}`)).toEqual(empty);
    expect(await sync('type=DELETED&next=0')).toEqual(empty);
  });

  it('a type alone finds nothing, not even cursors', async () => {
    const { sync } = await openThree();
    expect(await sync('type=UPDATED')).toEqual({});
    expect(await sync('type=DELETED&next=&previous=&count=2')).toEqual({});
  });

  it('a moment with a type is a moment', async () => {
    const { sync, messages } = await openThree();
    const { updated, cursor } = await sync(`type=DELETED&lastUpdate=${minute(2)}`);
    expect(ids(updated)).toEqual([messages[2]?._id, messages[1]?._id]);
    expect(cursor).toBeUndefined();
  });

  it('a page has 20 rows by default and for 0, and any number if told', async () => {
    const { sync } = await openRoom({ count: 130 });
    const rows = async (query: string) => (await sync(`type=UPDATED&next=0${query}`)).updated.length;
    expect(await rows('')).toBe(20);
    expect(await rows('&count=0')).toBe(20);
    expect(await rows('&count=1')).toBe(1);
    expect(await rows('&count=101')).toBe(101);
    expect(await rows('&count=1000')).toBe(130);
  });

  it('changes in the same millisecond as the last of a page are left out', async () => {
    const { sync, say } = await openRoom();
    const messages = ['a', 'b', 'c'].map((text) => say(text, { at: minute(1) }));
    const first = await sync('type=UPDATED&next=0&count=2');
    expect(ids(first.updated)).toEqual(ids(messages.slice(0, 2)));
    const second = await sync(`type=UPDATED&next=${first.cursor?.next}&count=2`);
    expect(second.updated).toEqual([]);
  });

  it('an edited message moves behind the others', async () => {
    const { sync, messages, world } = await openThree();
    const [first, second, third] = messages.map(({ _id }) => _id);
    const page = await sync('type=UPDATED&next=0&count=1');
    world.edit(first ?? '', 'edited', minute(5));
    const rest = await sync(`type=UPDATED&next=${page.cursor?.next}&count=3`);
    expect(ids(rest.updated)).toEqual([second, third, first]);
    expect(rest.updated[2]).toMatchObject({ msg: 'edited' });
  });

  it('a row without a last change is on no page', async () => {
    const { sync, say } = await openRoom();
    say('legacy', { _updatedAt: undefined });
    expect((await sync('type=UPDATED&next=0')).updated).toEqual([]);
    expect((await sync('lastUpdate=2020-01-01')).updated).toEqual([]);
  });

  it('hides the stars of others', async () => {
    const { sync, messages, world, friend } = await openThree();
    world.star(messages[0]?._id ?? '', friend.id);
    expect((await sync('type=UPDATED&next=0')).updated.at(-1)).toMatchObject({ starred: [] });
  });

  it('a cursor is read up to its first other character; one without digits is refused', async () => {
    const { sync, ask, room, messages, at } = await openThree();
    expect(ids((await sync(`type=UPDATED&next=${at[1]}xyz`)).updated)).toEqual([messages[2]?._id]);
    expect((await sync('type=UPDATED&next=-5')).updated).toHaveLength(3);
    for (const cursor of ['xyz', '9000000000000000']) {
      const { status, body } = await ask(`roomId=${room._id}&type=UPDATED&next=${cursor}`);
      expect({ status, body }).toEqual({ status: 400, body: { success: false, error: 'Invalid Date' } });
    }
  });
});

describe('chat.syncMessages in pages of deletions', () => {
  it('C63: the same, by the moment of deletion', async () => {
    const { sync, messages, world } = await openThree();
    for (const [index, { _id }] of messages.entries()) world.remove(_id, { at: minute(10 + index) });
    const first = await sync('type=DELETED&next=0&count=2');
    expect(first).toEqual({
      updated: [],
      deleted: [
        { _id: messages[0]?._id, _deletedAt: minute(10) },
        { _id: messages[1]?._id, _deletedAt: minute(11) },
      ],
      cursor: { next: cursorAt(minute(11)), previous: cursorAt(minute(10)) },
    });
    const second = await sync(`type=DELETED&next=${first.cursor?.next}&count=2`);
    expect(ids(second.deleted)).toEqual([messages[2]?._id]);
    expect(second.cursor).toEqual({ next: null, previous: cursorAt(minute(12)) });
    const back = await sync(`type=DELETED&previous=${cursorAt(minute(12))}&count=1`);
    expect(back.deleted).toMatchObject([{ _id: messages[1]?._id }]);
    expect(back.cursor).toEqual({ next: cursorAt(minute(11)), previous: cursorAt(minute(11)) });
  });

  it('are sorted by the last change: deleting the newest first makes the walk miss deletions', async () => {
    const { sync, messages, world } = await openThree();
    const [first, second, third] = messages.map(({ _id }) => _id ?? '');
    world.remove(third ?? '', { at: minute(10) });
    world.remove(second ?? '', { at: minute(11) });
    world.remove(first ?? '', { at: minute(12) });
    const page = await sync('type=DELETED&next=0&count=2');
    expect(ids(page.deleted)).toEqual([first, second]);
    expect(page.cursor).toEqual({ next: cursorAt(minute(11)), previous: cursorAt(minute(12)) });
    const rest = await sync(`type=DELETED&next=${page.cursor?.next}&count=2`);
    expect(ids(rest.deleted)).toEqual([first]);
    expect(ids((await sync('type=DELETED&next=0&count=3')).deleted)).toContain(third);
  });
});
