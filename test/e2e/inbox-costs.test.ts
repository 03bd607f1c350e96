import { describe, expect, test } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { eventually, goToRoom, openInbox, openRoom, signIn, watchQuestions } from '../support/inbox-page.ts';

describe('What it costs', () => {
  test('each action shows the calls that it made, and they are those that the workspace got', async () => {
    const opened = await openInbox();
    const { page, demo } = opened;
    await page.clock.install();
    await signIn(opened, demo.world.member);
    await goToRoom(page, landmarks.busyRoomId);
    await page.getByRole('contentinfo').getByText('Reading messages').first().waitFor();
    await page.getByRole('contentinfo').locator('summary').click();
    const rows = await page.getByRole('contentinfo').locator('tbody tr').allInnerTexts();
    expect(rows.map((row) => row.split('\t').map((cell) => cell.trim()))).toEqual([
      ['Reading messages', '1', 'dm.messages'],
      ['Opening a room', '1', 'dm.messages'],
      ['Reading the list of rooms', '2', 'im.list, subscriptions.get'],
      ['Opening the inbox', '1', 'subscriptions.get'],
    ]);
    expect(demo.calls.map(({ endpoint }) => endpoint).toSorted()).toEqual([
      'dm.messages',
      'dm.messages',
      'im.list',
      'settings.public', // read for all users, so in nobody's costs
      'subscriptions.get',
      'subscriptions.get',
    ]);
  });

  test('before a workspace that allows ten calls a minute, it asks for changes without ever running into the limit', async () => {
    const { page, demo } = await openRoom({ rateLimit: { calls: 10, ms: 60_000 } }, landmarks.busyRoomId);
    await page.clock.install();
    const questions = watchQuestions(page);
    await questions.check();
    await eventually(() => demo.calls.filter(({ endpoint }) => endpoint === 'chat.syncMessages').length).toBe(2);
    for (let seconds = 0; seconds < 36; seconds += 3) {
      const before = demo.calls.length;
      await page.clock.runFor(3000);
      await questions.answered();
      expect(demo.calls.length - before).toBeLessThanOrEqual(5);
    }
    expect(demo.calls.filter(({ status }) => status === 429)).toEqual([]);
    expect(await page.getByRole('alert').count()).toBe(0);
    const asked = demo.calls.filter(({ endpoint }) => endpoint === 'chat.syncMessages').length;
    expect(asked).toBeGreaterThan(2);
    expect(asked).toBeLessThanOrEqual(8);
  });

  test('a hidden tab asks nothing, and catches up when it is shown', async () => {
    const { page, demo } = await openRoom({}, landmarks.busyRoomId);
    await page.clock.install();
    const questions = watchQuestions(page);
    await questions.check();
    const show = (isHidden: boolean) =>
      page.evaluate((hidden) => {
        Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
        document.dispatchEvent(new Event('visibilitychange'));
      }, isHidden);
    await show(true);
    const { length } = questions.sent;
    const { length: calls } = demo.calls;
    await page.clock.runFor(120_000);
    await questions.answered();
    expect([questions.sent.length, demo.calls.length]).toEqual([length, calls]);
    const { users, busyRoomId } = landmarks;
    demo.world.post({ roomId: busyRoomId, userId: users.busy, text: 'While you were away' });
    await show(false);
    await page.locator('.room').getByText('While you were away').waitFor();
  });
});
