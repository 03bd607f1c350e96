import { describe, expect, test } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import {
  checkNow,
  eventually,
  follow,
  goToRoom,
  expectUnreadRight,
  heightOf,
  lastInView,
  openRoom,
  positionOf,
  scrollBy,
  shownIds,
  storedIds,
} from '../support/inbox-page.ts';

describe('The inbox while people write', () => {
  test('reads a long room to its beginning, each message once, with unread counts right at every step', async () => {
    const { busyRoomId } = landmarks;
    const opened = await openRoom({}, busyRoomId);
    const { page, life } = opened;
    await expectUnreadRight(opened);
    const beginning = page.getByText('The beginning of the conversation.');
    let steps = 0;
    while (!(await beginning.isVisible())) {
      for (let events = 0; events < 4; events += 1) life.step();
      await checkNow(page);
      await expectUnreadRight(opened);
      const before = (await shownIds(page)).length;
      await scrollBy(page, -100_000);
      await eventually(async () => (await beginning.isVisible()) || (await shownIds(page)).length > before).toBe(true);
      steps += 1;
    }
    expect(steps).toBeGreaterThan(5);
    await checkNow(page);
    await eventually(() => shownIds(page)).toEqual(storedIds(opened, busyRoomId));
    for (let round = 0; round < 10; round += 1) {
      for (let events = 0; events < 5; events += 1) life.step();
      await checkNow(page);
      await expectUnreadRight(opened);
      await eventually(() => shownIds(page)).toEqual(storedIds(opened, busyRoomId));
    }
  }, 120_000);

  test('a reload keeps the room and the place in it, and from there both ends can be reached', async () => {
    const { busyRoomId } = landmarks;
    const opened = await openRoom({}, busyRoomId);
    const { page, life } = opened;
    for (let pages = 1; pages < 4; pages += 1) {
      const before = (await shownIds(page)).length;
      await scrollBy(page, -100_000);
      await eventually(async () => (await shownIds(page)).length).toBeGreaterThan(before);
    }
    await scrollBy(page, 357);
    await page.waitForFunction(() => Object.keys(sessionStorage).some((key) => key.startsWith('inbox.place.')));
    const place = await lastInView(page);
    for (let events = 0; events < 30; events += 1) life.step();

    await page.reload();
    await page.locator(`.room [data-message="${place.id}"]`).waitFor();
    await eventually(async () => Math.abs((await positionOf(page, place.id)) - place.at)).toBeLessThan(3);
    expect((await shownIds(page)).length).toBeLessThan(200);
    await checkNow(page);
    await expectUnreadRight(opened);

    const [newest, oldest] = [storedIds(opened, busyRoomId).at(-1), storedIds(opened, busyRoomId)[0]];
    const endAfter = async (pixels: number, index: number) => {
      await scrollBy(page, pixels);
      return (await shownIds(page)).at(index);
    };
    await eventually(() => endAfter(100_000, -1)).toBe(newest);
    await eventually(() => endAfter(-100_000, 0)).toBe(oldest);
    await eventually(() => shownIds(page)).toEqual(storedIds(opened, busyRoomId));
  }, 60_000);

  test('what comes in below, or grows above, moves nothing that one reads; at the end, the newest message stays in view', async () => {
    const { busyRoomId, users } = landmarks;
    const { page, demo } = await openRoom({}, busyRoomId);
    const post = (text: string): string => demo.world.post({ roomId: busyRoomId, userId: users.busy, text })._id;
    const first = post('first of the new ones');
    await checkNow(page);
    await eventually(async () => (await lastInView(page)).id).toBe(first);
    await scrollBy(page, -700);
    const place = await lastInView(page);
    const second = post('second\nof\nthe\nnew\nones');
    await checkNow(page);
    await page.locator(`.room [data-message="${second}"]`).waitFor({ state: 'attached' });
    expect(await positionOf(page, place.id)).toBeCloseTo(place.at, 0);
    const [oldest = ''] = await shownIds(page);
    demo.world.edit(oldest, 'longer\nthan\nit\nwas\nbefore');
    const before = await heightOf(page, oldest);
    await checkNow(page);
    await eventually(() => heightOf(page, oldest)).toBeGreaterThan(before);
    expect(Math.abs((await positionOf(page, place.id)) - place.at)).toBeLessThan(2);
    expect(await page.getByRole('status').textContent()).toBe('New message from Jonas Weber');
  });

  test('if the last message in view is deleted, the one above it stays where it is, also after a reload', async () => {
    const { busyRoomId } = landmarks;
    const { page, demo } = await openRoom({}, busyRoomId);
    await scrollBy(page, -900);
    const place = await lastInView(page);
    const shown = await shownIds(page);
    const above = shown[shown.indexOf(place.id) - 1] ?? '';
    const at = await positionOf(page, above);
    demo.world.remove(place.id, { at: new Date().toISOString() });
    await checkNow(page);
    await page.locator(`.room [data-message="${place.id}"]`).waitFor({ state: 'detached' });
    expect(await positionOf(page, above)).toBeCloseTo(at, 0);
    await page.reload();
    await page.locator('.room [data-message]').first().waitFor();
    await eventually(async () => (await lastInView(page)).id).toBe(above);
  });

  test('a room that is opened again is brought up to date, and not read again', async () => {
    const { busyRoomId, groupRoomId, users } = landmarks;
    const opened = await openRoom({}, busyRoomId);
    const { page, demo } = opened;
    await page.locator('.room [data-message]').first().waitFor();
    await goToRoom(page, groupRoomId);
    await page.getByRole('heading', { name: /^Ben Hartley, / }).waitFor();
    await page.locator('.room [data-message]').first().waitFor();
    const reads = () => demo.calls.filter(({ endpoint }) => endpoint === 'dm.messages').length;
    const before = reads();
    demo.world.post({ roomId: busyRoomId, userId: users.busy, text: 'In the meantime', at: new Date().toISOString() });
    await goToRoom(page, busyRoomId);
    await page.locator('.room').getByText('In the meantime').waitFor();
    await expectUnreadRight(opened);
    expect(reads()).toBe(before);
  });

  test('edits, reactions and deletions are seen', async () => {
    const { busyRoomId, users } = landmarks;
    const { page, demo } = await openRoom({}, busyRoomId);
    const { world } = demo;
    const { _id } = world.post({ roomId: busyRoomId, userId: users.busy, text: 'Lunch at noon?' });
    await checkNow(page);
    const message = page.locator(`.room [data-message="${_id}"]`);
    await message.getByText('Lunch at noon?').waitFor();
    world.edit(_id, 'Lunch at *one*?');
    world.react(_id, world.member.id, ':tada:');
    await checkNow(page);
    await message.locator('strong', { hasText: 'one' }).waitFor();
    await message.getByText('edited').waitFor();
    expect(await message.getByRole('list', { name: 'Reactions' }).innerText()).toContain('by maya.lindqvist');
    world.remove(_id);
    await checkNow(page);
    await message.waitFor({ state: 'detached' });
  });
});

describe('A thread, and who has read what', () => {
  test('a thread opens beside the room, grows while it is open, survives a reload, and closes by Escape', async () => {
    const { shapesRoomId, messages, users } = landmarks;
    const { page, demo } = await openRoom({}, shapesRoomId);
    await scrollBy(page, -100_000);
    await page.getByRole('link', { name: /2 replies/ }).click();
    const thread = page.getByRole('region', { name: 'Thread' });
    await eventually(() => thread.locator('[data-message]').count()).toBe(3);
    expect(
      await thread.getByRole('heading', { name: 'Thread' }).evaluate((heading) => heading === document.activeElement),
    ).toBe(true);
    demo.world.post({ roomId: shapesRoomId, userId: users.shapes, text: 'One more', tmid: messages.threadRoot });
    await checkNow(page);
    await thread.getByText('One more').waitFor();
    await page.reload();
    await thread.getByText('One more').waitFor();
    await page.keyboard.press('Escape');
    await thread.waitFor({ state: 'detached' });
    expect(new URL(page.url()).hash).toBe(`#/${shapesRoomId}`);
  });

  test('a long thread stays as far as it is loaded, and where one reads, while it changes', async () => {
    const { shapesRoomId, messages, users } = landmarks;
    const { page, demo } = await openRoom({}, shapesRoomId);
    const post = (text: string) =>
      demo.world.post({ roomId: shapesRoomId, userId: users.shapes, text, tmid: messages.threadRoot });
    for (let count = 0; count < 100; count += 1) post(`Reply ${count}`);
    await follow(page, `#/${shapesRoomId}/${messages.threadRoot}`);
    const thread = page.getByRole('region', { name: 'Thread' });
    const shown = () => thread.locator('[data-message]').count();
    await eventually(async () => {
      await thread.locator('.scroller').evaluate((list) => {
        list.scrollTop = list.scrollHeight;
      });
      return shown();
    }).toBe(103);
    demo.world.react(messages.threadRoot, demo.world.member.id, ':tada:');
    const { _id } = post('The last one');
    await checkNow(page);
    await thread.locator(`[data-message="${_id}"]`).waitFor();
    expect(await shown()).toBe(104);
    demo.world.remove(_id);
    await checkNow(page);
    await thread.locator(`[data-message="${_id}"]`).waitFor({ state: 'detached' });
    expect(await shown()).toBe(103);
  });

  test('readers are asked when one wants to know, and each time anew', async () => {
    const { groupRoomId, users } = landmarks;
    const { page, demo } = await openRoom({}, groupRoomId);
    const { world } = demo;
    const sent = world.post({ roomId: groupRoomId, userId: world.member.id, text: 'Who is in?', unread: true });
    await checkNow(page);
    const message = page.locator(`.room [data-message="${sent._id}"]`);
    const button = message.getByRole('button', { name: 'Who has read this? Not everyone yet.' });
    demo.resetCalls();
    await button.click();
    await eventually(() => message.getByRole('list', { name: 'Readers' }).locator('li').count()).toBe(1);
    const receipts = () => demo.calls.filter(({ endpoint }) => endpoint === 'chat.getMessageReadReceipts').length;
    expect(receipts()).toBe(1);
    await button.click();
    world.read(groupRoomId, users.busy);
    await button.click();
    await eventually(() => message.getByRole('list', { name: 'Readers' }).innerText()).toMatch(
      /Maya Lindqvist.*\n?.*Jonas Weber/s,
    );
    expect(receipts()).toBe(2);
  });

  test('a workspace without receipts is told of', async () => {
    const { page } = await openRoom({ licensed: false }, landmarks.busyRoomId);
    await page
      .getByRole('button', { name: /Who has read this/ })
      .last()
      .click();
    await page.getByText('This workspace does not record who has read a message.').waitFor();
  });
});
