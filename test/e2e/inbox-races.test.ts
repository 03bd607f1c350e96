import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import {
  checkNow,
  eventually,
  follow,
  expectUnreadRight,
  goToRoom,
  hold,
  openInbox,
  openRoom,
  scrollBy,
  shownIds,
  signIn,
  storedIds,
  watchQuestions,
} from '../support/inbox-page.ts';

const { busyRoomId, groupRoomId, shapesRoomId, messages, users } = landmarks;

/** Checks for changes, and waits until the gateway has told them. */
async function askChanges(page: Page): Promise<void> {
  const told = page.waitForResponse(
    (response) =>
      response.url().endsWith('/graphql') && (response.request().postData() ?? '').includes('query AskChanges'),
  );
  await checkNow(page);
  await (await told).finished();
}

describe('An inbox whose answers come late', () => {
  test('the first page of a room', async () => {
    const opened = await openInbox();
    const { page, demo } = opened;
    const { world } = demo;
    await signIn(opened, world.member);
    const page1 = await hold(page, 'ReadMessages');
    await follow(page, `#/${busyRoomId}`);
    await page1.answered();
    const [edited = '', removed = ''] = storedIds(opened, busyRoomId).slice(-2);
    world.edit(edited, 'As it is now');
    world.remove(removed);
    world.post({ roomId: busyRoomId, userId: users.busy, text: 'Just sent' });
    await askChanges(page);
    page1.release();
    await goToRoom(page, busyRoomId);
    await page.locator(`.room [data-message="${edited}"]`).getByText('As it is now').waitFor();
    await eventually(async () => (await shownIds(page)).slice(-20)).toEqual(storedIds(opened, busyRoomId).slice(-20));
    await expectUnreadRight(opened);
  });

  test('an older page', async () => {
    const opened = await openRoom({}, busyRoomId);
    const { page, demo } = opened;
    const { world } = demo;
    await page.locator('.room [data-message]').first().waitFor();
    const older = await hold(page, 'ReadMessages');
    const oldest = (await shownIds(page))[0] ?? '';
    await scrollBy(page, -100_000);
    await older.answered();
    const before = storedIds(opened, busyRoomId);
    const index = before.indexOf(oldest);
    const [edited = '', removed = ''] = before.slice(index - 3);
    world.edit(edited, 'As it is now');
    world.remove(removed);
    const questions = watchQuestions(page);
    await askChanges(page);
    older.release();
    await questions.answered();
    await page.locator(`.room [data-message="${edited}"]`).getByText('As it is now').waitFor();
    const stored = storedIds(opened, busyRoomId);
    await eventually(async () => {
      const shown = await shownIds(page);
      return shown.length > 60 ? shown : [];
    }).toEqual(expect.arrayContaining(stored.slice(-60)));
    expect(await shownIds(page)).not.toContain(removed);
  });

  test('a thread', async () => {
    const opened = await openRoom({}, shapesRoomId);
    const { page, demo } = opened;
    await scrollBy(page, -100_000);
    const thread = page.getByRole('region', { name: 'Thread' });
    const replies = await hold(page, 'ReadThread');
    await page.getByRole('link', { name: /2 replies/ }).click();
    await replies.answered();
    demo.world.edit(messages.threadRoot, 'As it is now');
    await askChanges(page);
    replies.release();
    await eventually(() => thread.locator('[data-message]').count()).toBe(3);
    await thread.getByText('As it is now').waitFor();
  });

  test('a page that does not come holds up neither changes nor the next room for long', async () => {
    const opened = await openRoom({}, busyRoomId);
    const { page, demo } = opened;
    await page.clock.install();
    const older = await hold(page, 'ReadMessages');
    await scrollBy(page, -100_000);
    await older.answered();
    await askChanges(page);
    older.hold('nothing else');
    await follow(page, `#/${groupRoomId}`);
    await page.clock.runFor(2000);
    await goToRoom(page, groupRoomId);
    demo.world.post({ roomId: groupRoomId, userId: users.busy, text: 'Just sent' });
    await page.clock.runFor(20_000);
    older.release();
    await page.locator('.room').getByText('Just sent').waitFor();
    await expectUnreadRight(opened);
  });

  test('a thread that is open at the start', async () => {
    const opened = await openRoom({}, shapesRoomId);
    const { page, demo } = opened;
    const start = await hold(page, 'StartRoom', 'request');
    await follow(page, `#/${shapesRoomId}/${messages.threadRoot}`);
    await page.reload();
    await start.answered();
    demo.world.post({ roomId: shapesRoomId, userId: users.shapes, text: 'One more', tmid: messages.threadRoot });
    start.release();
    const thread = page.getByRole('region', { name: 'Thread' });
    await thread.getByText('One more').waitFor();
    await eventually(() => thread.locator('[data-message]').count()).toBe(4);
  });

  test('a page of rooms', async () => {
    const opened = await openInbox();
    const { page, demo } = opened;
    const { world } = demo;
    await page.setViewportSize({ width: 1200, height: 300 });
    await signIn(opened, world.member);
    const rooms = await hold(page, 'ListRooms');
    const links = page.locator('.rooms a');
    const before = await links.count();
    await links.last().scrollIntoViewIfNeeded();
    await rooms.answered();
    const listed = await links.evaluateAll((all) =>
      all.map((link) => decodeURIComponent((link as HTMLAnchorElement).hash.slice(2))),
    );
    const unlisted =
      world.subscriptionsOf(world.member.id).find(({ rid, t }) => t === 'd' && !listed.includes(rid))?.rid ?? '';
    world.post({ roomId: unlisted, userId: world.member.id, text: 'Just sent' });
    await askChanges(page);
    rooms.release();
    await eventually(() => links.count()).toBeGreaterThan(before);
    await page.locator(`.rooms a[href="#/${unlisted}"]`).getByText('Just sent').waitFor();
    await expectUnreadRight(opened);
  });
});
