import { describe, expect, test } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { checkNow, eventually, hold, openInbox, openRoom, signIn, watchQuestions } from '../support/inbox-page.ts';

describe('What the workspace says is not trusted', () => {
  test('HTML is text, and only links to the web are links', async () => {
    const { busyRoomId, users } = landmarks;
    const { page, demo } = await openRoom({}, busyRoomId);
    const link = (url: string, text: string) => ({
      type: 'LINK',
      value: { src: { type: 'PLAIN_TEXT', value: url }, label: [{ type: 'PLAIN_TEXT', value: text }] },
    });
    const md = [
      {
        type: 'PARAGRAPH',
        value: [
          { type: 'PLAIN_TEXT', value: '<img src=x onerror="document.title=1">' },
          ...[
            'javascript:document.title=1',
            'JAVASCRIPT:alert(1)',
            ' javascript:alert(1)',
            'data:text/html,x',
            '//evil',
            'x',
          ].map((url) => link(url, 'bad')),
          link('https://good.example/a?b#c', 'good'),
        ],
      },
    ];
    const shown = demo.world.post({ roomId: busyRoomId, userId: users.busy, text: 'x', md, alias: '<b>Bob</b>' });
    demo.world.post({
      roomId: busyRoomId,
      userId: users.busy,
      text: '<script>document.title=1</script>',
      md: undefined,
      t: '<i>type</i>',
    });
    await checkNow(page);
    const message = page.locator(`.room [data-message="${shown._id}"]`);
    await message.waitFor();
    expect(await message.innerText()).toContain('<img src=x onerror="document.title=1">');
    expect(await message.innerText()).toContain('<b>Bob</b>');
    expect(await message.locator('img, b b, script').count()).toBe(0);
    const links = await message.locator('a').evaluateAll((found) =>
      found.map((anchor) => ({
        href: anchor.getAttribute('href'),
        rel: anchor.getAttribute('rel'),
        text: anchor.textContent,
      })),
    );
    expect(links).toEqual([{ href: 'https://good.example/a?b#c', rel: 'noopener noreferrer', text: 'good' }]);
    expect(await page.title()).toMatch(/Inbox$/);
  });
});

describe('Who uses it', () => {
  test('a user id and a token open a real workspace, stay in the tab only, and end with signing out', async () => {
    const opened = await openInbox({}, false);
    const { page, demo } = opened;
    const { member } = demo.world;
    await page.getByLabel('User id').fill(` ${member.id} `);
    await page.getByLabel('Token').fill(member.token);
    await page.getByRole('button', { name: 'Open the inbox' }).click();
    await page
      .getByRole('link', { name: /Jonas Weber/ })
      .first()
      .click();
    await page.locator('.room [data-message]').first().waitFor();
    const stored = () => page.evaluate(() => JSON.stringify([sessionStorage, localStorage, document.cookie]));
    expect(await stored()).toContain(member.token);
    expect(await page.evaluate(() => JSON.stringify([localStorage, document.cookie]))).toBe('[{},""]');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('User id').waitFor();
    expect(await stored()).toBe('[{},{},""]');
    expect(await page.locator('body').innerText()).not.toContain('Jonas');
  });

  test('a token that the workspace does not accept is said to be so', async () => {
    const { page, demo } = await openInbox({}, false);
    await page.getByLabel('User id').fill(demo.world.member.id);
    await page.getByLabel('Token').fill('x'.repeat(43));
    await page.getByRole('button', { name: 'Open the inbox' }).click();
    await page.getByRole('alert').getByText('does not accept this user id and token').waitFor();
  });

  test('of two users one after the other, the second sees nothing of the first', async () => {
    const opened = await openInbox();
    const { page, demo } = opened;
    await signIn(opened, demo.world.member);
    await eventually(() => page.title()).toMatch(/^\(\d+\) Inbox$/);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await eventually(() => page.title()).toBe('Inbox');
    await signIn(opened, demo.world.admin);
    const { id } = demo.world.admin;
    const own = demo.world.subscriptionsOf(id).filter(({ t }) => t === 'd');
    await eventually(() => page.locator('.rooms li').count()).toBe(own.length);
  });

  test('whoever has signed out asks nothing more', async () => {
    const { oneMessageRoomId } = landmarks;
    const { page, demo } = await openRoom({}, oneMessageRoomId);
    for (let count = 0; count < 300; count += 1)
      demo.world.post({ roomId: oneMessageRoomId, userId: demo.world.member.id, text: `Message ${count}` });
    const first = await hold(page, 'AskChanges');
    const questions = watchQuestions(page);
    await checkNow(page);
    await first.answered();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.locator('.inbox').waitFor({ state: 'detached' });
    first.hold('nothing else');
    first.release();
    await questions.answered();
    await page.evaluate(
      () =>
        new Promise((resolve) => {
          setTimeout(resolve, 200);
        }),
    );
    expect(questions.sent).toHaveLength(1);
  });

  test('somebody without a conversation is told so', async () => {
    const opened = await openInbox();
    const stranger = opened.demo.world.accounts.find(
      ({ active, id }) =>
        active && id !== landmarks.users.stranger && opened.demo.world.subscriptionsOf(id).length === 0,
    );
    const [page, demo] = [opened.page, opened.demo];
    const lonely = stranger ?? demo.world.accountOf(landmarks.users.stranger);
    for (const { rid } of demo.world.subscriptionsOf(lonely.id)) demo.world.leave(rid, lonely.id);
    await page.getByRole('button', { name: new RegExp(`^${lonely.name}`) }).click();
    await page.getByText('No conversations yet.').waitFor();
  });
});
