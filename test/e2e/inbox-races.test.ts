import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import {
  checkNow,
  eventually,
  expectUnreadRight,
  goToRoom,
  openInbox,
  openRoom,
  scrollBy,
  shownIds,
  signIn,
  storedIds,
  watchQuestions,
} from '../support/inbox-page.ts';

const { busyRoomId, shapesRoomId, messages, users } = landmarks;

interface Held {
  /** Waits until the gateway has answered: what happens from then on is not in the answer. */
  answered(): Promise<void>;
  release(): void;
}

/** Holds back the answers of an operation on their way to the page. */
async function hold(page: Page, name: string): Promise<Held> {
  const answer = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  await page.route('**/graphql', async (route) => {
    const { operationName } = route.request().postDataJSON() as { operationName: string };
    if (operationName !== name) return route.fallback();
    const response = await route.fetch();
    answer.resolve();
    await release.promise;
    return route.fulfill({ response });
  });
  return { answered: () => answer.promise, release: () => release.resolve() };
}

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
    await page.evaluate((hash) => {
      location.hash = hash;
    }, `#/${busyRoomId}`);
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
