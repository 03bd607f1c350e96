import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import {
  checkNow,
  eventually,
  expectUnreadRight,
  goToRoom,
  openRoom,
  scrollBy,
  shownIds,
  storedIds,
  watchQuestions,
} from '../support/inbox-page.ts';

/** What a page sends. */
interface Asked {
  readonly operationName: string;
  readonly variables: { readonly inboxSince: string };
}

const { busyRoomId, groupRoomId, oneMessageRoomId, emptyRoomId, users } = landmarks;

describe('An inbox in trouble', () => {
  test('more changes than one answer holds are asked for at once', async () => {
    const opened = await openRoom({}, oneMessageRoomId);
    const { page, demo } = opened;
    for (let count = 0; count < 250; count += 1) {
      demo.world.post({ roomId: oneMessageRoomId, userId: demo.world.member.id, text: `Message ${count}` });
    }
    await checkNow(page);
    await eventually(() => shownIds(page)).toEqual(storedIds(opened, oneMessageRoomId));
  });

  test('what the workspace cannot tell any more is read again', async () => {
    const opened = await openRoom({}, busyRoomId);
    const { page, demo, life } = opened;
    await page.clock.install();
    for (let events = 0; events < 30; events += 1) life.step();
    let isTold = true;
    await page.route('**/graphql', async (route) => {
      const response = await route.fetch();
      const body = (await response.json()) as { data: Record<'viewer' | 'directMessage', { changes?: object }> };
      for (const { changes } of isTold ? [body.data.viewer, body.data.directMessage].filter(Boolean) : []) {
        if (changes !== undefined && 'mustReload' in changes) {
          Object.assign(changes, { mustReload: true, changed: [], removedIds: [], hasMore: false });
          isTold = false;
        }
      }
      await route.fulfill({ response, json: body });
    });
    await checkNow(page);
    await eventually(() => isTold).toBe(false);
    await expectUnreadRight(opened);
    const stored = storedIds(opened, busyRoomId);
    await eventually(async () => {
      const shown = await shownIds(page);
      return shown.length > 0 && isDeepStrictEqual(shown, stored.slice(-shown.length));
    }).toBe(true);
    expect(demo.world.messagesOf(busyRoomId).length).toBeGreaterThan(400);
  });

  test('a list of rooms that cannot be read when it must be is read after a later question', async () => {
    const opened = await openRoom({}, busyRoomId);
    const { page, demo } = opened;
    await page.clock.install();
    demo.fail('im.list', { status: 500 });
    demo.world.post({ roomId: groupRoomId, userId: users.busy, text: 'Anybody there?' });
    const asked: string[] = [];
    await page.route('**/graphql', async (route) => {
      const { operationName, variables } = route.request().postDataJSON() as Asked;
      const response = await route.fetch();
      const body = (await response.json()) as { data: { viewer: { changes: object } } };
      if (operationName === 'AskChanges') {
        asked.push(variables.inboxSince);
        // As the gateway would: whoever goes on from there must reload.
        if (variables.inboxSince === asked[0])
          Object.assign(body.data.viewer.changes, { mustReload: true, changed: [], removedIds: [] });
      }
      await route.fulfill({ response, json: body });
    });
    await checkNow(page);
    await page.getByRole('alert').getByText('The workspace').waitFor();
    demo.heal();
    await page.clock.runFor(20_000);
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await expectUnreadRight(opened);
    await checkNow(page);
    await eventually(() => new Set(asked).size).toBe(2);
    expect(asked[1]).toBe(asked[0]);
    await expectUnreadRight(opened);
  });

  test('an endpoint that fails costs what it tells, is said to, and is asked again', async () => {
    const opened = await openRoom({}, busyRoomId);
    const { page, demo } = opened;
    await page.clock.install();
    demo.fail('subscriptions.get', { status: 500 });
    const { _id } = demo.world.post({ roomId: busyRoomId, userId: users.busy, text: 'Still here?' });
    await checkNow(page);
    await page.getByRole('alert').getByText('The workspace').waitFor();
    await page.locator(`.room [data-message="${_id}"]`).waitFor();
    demo.heal();
    await page.clock.runFor(20_000);
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await expectUnreadRight(opened);
  });

  test('a page that fails is asked for again only when the reader wants it', async () => {
    const { page, demo } = await openRoom({}, busyRoomId);
    demo.fail('dm.messages', { status: 500 });
    const failedCalls = () => demo.calls.filter(({ status }) => status === 500).length;
    await scrollBy(page, -100_000);
    const again = page.locator('.room').getByRole('button', { name: 'Try again' });
    await again.waitFor();
    const failed = failedCalls();
    const before = (await shownIds(page)).length;
    await watchQuestions(page).check();
    expect(failedCalls()).toBe(failed);
    demo.heal();
    await again.click();
    await eventually(async () => (await shownIds(page)).length).toBeGreaterThan(before);
  });

  test('a room that could not be read can be asked for again', async () => {
    const opened = await openRoom({}, oneMessageRoomId);
    const { page, demo } = opened;
    demo.fail('dm.messages', { status: 500, when: ({ query }) => query['count'] === '40' });
    await page.evaluate((hash) => {
      location.hash = hash;
    }, `#/${busyRoomId}`);
    const again = page.locator('.room').getByRole('button', { name: 'Try again' });
    await again.waitFor();
    demo.heal();
    await again.click();
    await page.locator('.room [data-message]').first().waitFor();
    await again.waitFor({ state: 'detached' });
  });

  test('a room that is deleted while it is open leaves the list, and the rest goes on', async () => {
    const opened = await openRoom({}, busyRoomId);
    const { page, demo } = opened;
    demo.world.removeRoom(busyRoomId, new Date().toISOString());
    await checkNow(page);
    await page.locator(`.rooms a[href="#/${busyRoomId}"]`).waitFor({ state: 'detached' });
    await page.getByRole('alert').getByText('does not exist, or not for you').waitFor();
    await goToRoom(page, oneMessageRoomId);
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await expectUnreadRight(opened);
  });

  test('a room without a message says so, and shows its first one', async () => {
    const { page, demo } = await openRoom({ dialect: 'R7' }, emptyRoomId);
    await page.getByText('The beginning of the conversation.').waitFor();
    const at = new Date().toISOString();
    demo.world.post({ roomId: emptyRoomId, userId: demo.world.member.id, text: 'The first message', at });
    await checkNow(page);
    await page.locator('.room').getByText('The first message').waitFor();
  });

  test('a link to a room that does not exist is said to lead nowhere', async () => {
    const { page } = await openRoom({}, busyRoomId);
    await page.evaluate(() => {
      location.hash = '#/nothing-there';
    });
    await page.getByRole('alert').getByText('does not exist, or not for you').waitFor();
    await goToRoom(page, busyRoomId);
    await page.getByRole('alert').waitFor({ state: 'detached' });
  });
});
