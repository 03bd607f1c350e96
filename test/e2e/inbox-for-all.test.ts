import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { openInbox, signIn, goToRoom, scrollBy } from '../support/inbox-page.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds on the page as it is. */
async function findingsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    interface Result {
      readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
    }
    const { violations } = await (globalThis as unknown as { axe: { run(): Promise<Result> } }).axe.run();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  });
}

describe('For everybody', () => {
  test.each(['light', 'dark'] as const)(
    'axe finds nothing, in %s',
    async (colorScheme) => {
      const opened = await openInbox();
      const { page, demo, life } = opened;
      await page.emulateMedia({ colorScheme });
      expect(await findingsOf(page)).toEqual([]);
      await signIn(opened, demo.world.member);
      for (let events = 0; events < 40; events += 1) life.step();
      await goToRoom(page, landmarks.shapesRoomId);
      await scrollBy(page, -100_000);
      await page.getByRole('link', { name: /2 replies/ }).click();
      await page.getByRole('region', { name: 'Thread' }).locator('[data-message]').nth(2).waitFor();
      await page
        .getByRole('region', { name: 'Thread' })
        .getByRole('button', { name: /Who has read this/ })
        .first()
        .click();
      await page.getByRole('list', { name: 'Readers' }).waitFor();
      await page.getByRole('contentinfo').locator('summary').click();
      expect(await findingsOf(page)).toEqual([]);
      await page.setViewportSize({ width: 360, height: 700 });
      for (const [hash, shown] of [
        ['#/', page.locator('.rooms a')],
        [`#/${landmarks.busyRoomId}`, page.locator('.room [data-message]')],
        [`#/${landmarks.busyRoomId}/none`, page.getByText('This message does not exist')],
      ] as const) {
        await page.evaluate((to) => {
          location.hash = to;
        }, hash);
        await shown.first().waitFor();
        expect(await findingsOf(page)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      }
    },
    60_000,
  );

  test('rooms are reached and opened by keyboard', async () => {
    const opened = await openInbox();
    const { page } = opened;
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Maya');
    await page.keyboard.press('Enter');
    await page.getByRole('navigation').getByRole('link').first().waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
    for (const name of ['Check now', 'Sign out', 'Jonas Weber']) {
      await page.keyboard.press('Tab');
      expect(await focused()).toContain(name);
    }
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp', 'Enter']) await page.keyboard.press(key);
    await page.locator('.room [data-message]').first().waitFor();
    const links = page.getByRole('navigation').getByRole('link');
    expect(await links.nth(1).getAttribute('aria-current')).toBe('page');
  });
});
