import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import {
  checkNow,
  eventually,
  follow,
  expectUnreadRight,
  goToRoom,
  lastInView,
  openInbox,
  openRoom,
  scrollBy,
  shownIds,
  signIn,
  storedIds,
  watchQuestions,
} from '../support/inbox-page.ts';

/** What a page sends. */
interface Asked {
  readonly operationName: string;
  readonly variables: { readonly inboxSince: string; readonly roomSince: string | null };
}

const { busyRoomId, groupRoomId, oneMessageRoomId, emptyRoomId, shapesRoomId, messages, users } = landmarks;

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

  test('a room of which a part could not be read stays as it was, and is told again', async () => {
    const opened = await openInbox();
    const { page, demo } = opened;
    await signIn(opened, demo.world.member);
    await page.clock.install();
    const unread = page.locator('.rooms li:has(.badge) a').last();
    const hash = (await unread.getAttribute('href')) ?? '';
    const row = page.locator(`.rooms a[href="${hash}"]`);
    const preview = await row.locator('.preview').innerText();
    demo.fail('rooms.info', { status: 500 });
    demo.fail('rooms.get', { status: 500, when: ({ query }) => query['updatedSince'] === undefined });
    // Its membership changes, and its record does not: the gateway has to read that besides.
    demo.world.read(decodeURIComponent(hash.slice(2)), demo.world.member.id);
    await checkNow(page);
    await page.getByRole('alert').getByText('The workspace').waitFor();
    expect(await row.locator('.preview').innerText()).toBe(preview);
    demo.heal();
    await page.clock.runFor(20_000);
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await row.locator('.badge').waitFor({ state: 'detached' });
    expect(await row.locator('.preview').innerText()).toBe(preview);
    await expectUnreadRight(opened);
  });

  test('a list of rooms that begins with a part missing is read again, and stops nothing until then', async () => {
    const opened = await openInbox();
    const { page, demo } = opened;
    await page.clock.install();
    let isFailing = true;
    await page.route('**/graphql', async (route) => {
      const { operationName } = route.request().postDataJSON() as Asked;
      if (operationName !== 'ListRooms' || !isFailing) return route.fallback();
      demo.fail('subscriptions.get', { status: 500 });
      const response = await route.fetch();
      demo.heal();
      return route.fulfill({ response });
    });
    await signIn(opened, demo.world.member);
    await goToRoom(page, busyRoomId);
    const { _id } = demo.world.post({ roomId: busyRoomId, userId: users.busy, text: 'Still here?' });
    await checkNow(page);
    await page.locator(`.room [data-message="${_id}"]`).waitFor();
    await page.getByRole('alert').getByText('The workspace').first().waitFor();
    isFailing = false;
    await page.clock.runFor(20_000);
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await page.locator('.rooms .badge').first().waitFor();
    await expectUnreadRight(opened);
  });

  test('a link that leads nowhere does not stop the list of rooms', async () => {
    const { page, demo } = await openRoom({}, busyRoomId);
    await follow(page, '#/nothing-there');
    await page.getByRole('alert').getByText('does not exist, or not for you').waitFor();
    demo.world.post({ roomId: groupRoomId, userId: users.busy, text: 'Anybody there?' });
    await checkNow(page);
    await page.locator(`.rooms a[href="#/${groupRoomId}"]`).getByText('Anybody there?').waitFor();
  });

  test('where every answer says to reload, a reader stays where they are, and a thread is read too', async () => {
    const opened = await openRoom({ keepHistory: true }, shapesRoomId);
    const { page, demo } = opened;
    const older = async () => {
      const before = (await shownIds(page)).length;
      await scrollBy(page, -100_000);
      await eventually(async () => (await shownIds(page)).length).toBeGreaterThan(before);
    };
    await goToRoom(page, busyRoomId);
    for (let pages = 1; pages < 4; pages += 1) await older();
    await scrollBy(page, 357);
    await page.waitForFunction(() => Object.keys(sessionStorage).some((key) => key.startsWith('inbox.place.')));
    const place = await lastInView(page);
    const questions = watchQuestions(page);
    await questions.check();
    await eventually(() => questions.sent.some((sent) => sent.postDataJSON().operationName === 'ReadMessages')).toBe(
      true,
    );
    await questions.answered();
    await eventually(async () => (await lastInView(page)).id).toBe(place.id);
    await older();
    await follow(page, `#/${shapesRoomId}/${messages.threadRoot}`);
    const thread = page.getByRole('region', { name: 'Thread' });
    await eventually(() => thread.locator('[data-message]').count()).toBe(3);
    demo.world.post({ roomId: shapesRoomId, userId: users.shapes, text: 'One more', tmid: messages.threadRoot });
    await checkNow(page);
    await thread.getByText('One more').waitFor();
  });

  test('messages that cannot be read again when they must be stay, and are read later', async () => {
    const { page, demo } = await openRoom({}, busyRoomId);
    await page.clock.install();
    let isTold = false;
    await page.route('**/graphql', async (route) => {
      const { operationName, variables } = route.request().postDataJSON() as Asked;
      if (operationName !== 'AskChanges') return route.fallback();
      const response = await route.fetch();
      const body = (await response.json()) as { data: { directMessage: { changes: object } } };
      // As the gateway would: until the client goes on from there.
      first ??= variables.roomSince;
      if (variables.roomSince === first)
        Object.assign(body.data.directMessage.changes, {
          mustReload: true,
          changed: [],
          removedIds: [],
          hasMore: false,
        });
      isTold = true;
      return route.fulfill({ response, json: body });
    });
    let first: string | null | undefined;
    const before = await shownIds(page);
    demo.fail('dm.messages', { status: 500 });
    await checkNow(page);
    await eventually(() => isTold).toBe(true);
    await page.getByRole('alert').getByText('The workspace').waitFor();
    expect(await shownIds(page)).toEqual(before);
    demo.heal();
    const { _id } = demo.world.post({ roomId: busyRoomId, userId: users.busy, text: 'Still here?' });
    await page.clock.runFor(20_000);
    await page.locator(`.room [data-message="${_id}"]`).waitFor();
    await page.getByRole('alert').waitFor({ state: 'detached' });
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
    await follow(page, `#/${busyRoomId}`);
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
    await follow(page, '#/nothing-there');
    await page.getByRole('alert').getByText('does not exist, or not for you').waitFor();
    await goToRoom(page, busyRoomId);
    await page.getByRole('alert').waitFor({ state: 'detached' });
  });
});
