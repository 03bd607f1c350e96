import { isDeepStrictEqual } from 'node:util';
import type { Page, Request } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { Life } from '../../src/demo/life.ts';
import { startDemo, type DemoOptions, type DemoWorkspace } from '../../src/demo/server.ts';
import type { Account, Message } from '../../src/demo/types.ts';
import { startGateway } from '../../src/server.ts';
import { startBrowser, type TestBrowser } from './browser.ts';

/** One browser for the tests of a file, which a test file starts by importing this. */
let browser: TestBrowser;
beforeAll(async () => {
  browser = await startBrowser();
}, 60_000);
afterAll(() => browser.close());

export interface Opened {
  readonly page: Page;
  readonly demo: DemoWorkspace;
  readonly life: Life;
  readonly url: string;
}

/** The inbox before a demo workspace of its own. Whatever the test does, nothing leaves the machine and nothing fails. */
export async function openInbox(options: DemoOptions = {}, hasUsers = true): Promise<Opened> {
  const demo = await startDemo(options);
  const gateway = await startGateway({
    config: readConfig({ PORT: '0', LOG_LEVEL: 'silent', ROCKETCHAT_URL: demo.url, CALLER_CALLS_PER_MINUTE: '0' }),
    workspaceUrl: demo.url,
    inboxUsers: hasUsers ? demo.world.accounts : [],
  });
  const { page, outside, failures } = await browser.open(`${gateway.url}/inbox`);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  onTestFinished(async () => {
    await page.close();
    await gateway.close();
    await demo.close();
    // The page itself gives up requests whose answer it needs no more.
    const failed = failures.filter((failure) => !failure.endsWith('net::ERR_ABORTED'));
    expect({ outside, failed, complaints }).toEqual({ outside: [], failed: [], complaints: [] });
  });
  await page.locator('main').waitFor(); // before, there is nothing that a key could reach
  return { page, demo, life: new Life(demo.world), url: gateway.url };
}

export async function signIn({ page }: Opened, { name }: Account): Promise<void> {
  await page.getByRole('button', { name: new RegExp(`^${name}`) }).click();
  await page.getByRole('navigation').getByRole('link').first().waitFor();
}

/** Signs in as the member, in a room. */
export async function openRoom(options: DemoOptions, roomId: string): Promise<Opened> {
  const opened = await openInbox(options);
  await signIn(opened, opened.demo.world.member);
  await goToRoom(opened.page, roomId);
  return opened;
}

/** As a click on a link does. */
export const follow = (page: Page, hash: string): Promise<void> =>
  page.evaluate((to) => {
    location.hash = to;
  }, hash);

/** Shows a room, and waits until its latest messages are there. */
export async function goToRoom(page: Page, roomId: string): Promise<void> {
  await follow(page, `#/${roomId}`);
  const room = page.locator(`.room[data-room="${roomId}"]`);
  await room.locator('[data-message]').or(room.getByText('The beginning of the conversation.')).first().waitFor();
}

/** Waits for what the page shows to be as expected, on a busy machine too. */
export const eventually = <Value>(read: () => Value | Promise<Value>) => expect.poll(read, { timeout: 20_000 });

export const checkNow = (page: Page): Promise<void> => page.getByRole('button', { name: 'Check now' }).click();

export interface Questions {
  /** Requests to the gateway since then. */
  readonly sent: readonly Request[];
  /** Waits until those that the page has sent by now are answered. */
  answered(): Promise<void>;
  /** Checks for changes now, and waits for the answer. */
  check(): Promise<void>;
}

/** Watches what the page asks the gateway from now on. */
export function watchQuestions(page: Page): Questions {
  const sent: Request[] = [];
  const open = new Set<Request>();
  page.on('request', (request) => {
    if (!request.url().endsWith('/graphql')) return;
    sent.push(request);
    open.add(request);
  });
  page.on('requestfinished', (request) => open.delete(request));
  page.on('requestfailed', (request) => open.delete(request));
  async function answered(): Promise<void> {
    await page.evaluate(() => undefined); // before it returns, the browser tells of all requests so far
    await eventually(() => open.size).toBe(0);
  }
  return {
    sent,
    answered,
    async check() {
      const before = sent.length;
      await checkNow(page);
      await eventually(() => sent.length).toBeGreaterThan(before);
      await answered();
    },
  };
}

/** Unread counts by room, as the list shows them. Rooms without one are left out. */
const shownUnread = (page: Page): Promise<Record<string, number>> =>
  page.locator('.rooms li').evaluateAll((items) =>
    Object.fromEntries(
      items.flatMap((item) => {
        const badge = item.querySelector('.badge');
        const id = decodeURIComponent(item.querySelector('a')?.hash.slice(2) ?? '');
        return badge === null ? [] : [[id, Number.parseInt(badge.textContent, 10)]];
      }),
    ),
  );

/** The same as the workspace counts them, of rooms that the list has loaded. */
async function storedUnread({ page, demo }: Opened): Promise<Record<string, number>> {
  const listed = await page
    .locator('.rooms a')
    .evaluateAll((links) => links.map((link) => decodeURIComponent((link as HTMLAnchorElement).hash.slice(2))));
  const { world } = demo;
  const counts = listed.map((id) => [id, world.subscription(id, world.member.id)?.unread ?? 0] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

export async function expectUnreadRight(opened: Opened): Promise<void> {
  const both = async () => ({ shown: await shownUnread(opened.page), stored: await storedUnread(opened) });
  await eventually(both).toSatisfy(({ shown, stored }: Awaited<ReturnType<typeof both>>) =>
    isDeepStrictEqual(shown, stored),
  );
}

export const shownIds = (page: Page): Promise<string[]> =>
  page
    .locator('.room [data-message]')
    .evaluateAll((messages) => messages.map((message) => message.getAttribute('data-message') ?? ''));

/** Messages of a room as a reader sees them, oldest first: replies only if they are shown in the room too. */
export const storedIds = ({ demo }: Opened, roomId: string): string[] =>
  demo.world
    .messagesOf(roomId)
    .filter(({ _hidden, tmid, tshow }) => _hidden !== true && (tmid === undefined || tshow === true))
    .toSorted((left, right) => order(left) - order(right) || (left._id < right._id ? -1 : 1))
    .map(({ _id }) => _id);

const order = ({ ts }: Message): number => Date.parse(ts);

export const scrollBy = (page: Page, pixels: number): Promise<void> =>
  page.locator('.room .scroller').evaluate((list, by) => {
    list.scrollTop += by;
  }, pixels);

/** The last message in view, and where its lower edge is. */
export const lastInView = (page: Page): Promise<{ id: string; at: number }> =>
  page.locator('.room .scroller').evaluate((list) => {
    const { bottom } = list.getBoundingClientRect();
    const messages = [...list.querySelectorAll('[data-message]')];
    const last = messages.findLast((message) => message.getBoundingClientRect().top < bottom - 24);
    return { id: last?.getAttribute('data-message') ?? '', at: last?.getBoundingClientRect().bottom ?? 0 };
  });

export const positionOf = (page: Page, id: string): Promise<number> =>
  page.locator(`.room [data-message="${id}"]`).evaluate((message) => message.getBoundingClientRect().bottom);

export const heightOf = (page: Page, id: string): Promise<number> =>
  page.locator(`.room [data-message="${id}"]`).evaluate((message) => message.getBoundingClientRect().height);

export interface Held {
  /** Waits until the gateway has answered: what happens from then on is not in the answer. Or until the page has asked. */
  answered(): Promise<void>;
  release(): void;
  /** Holds another operation from now on, and what it holds already. */
  hold(name: string): void;
}

/** Holds back the answers of an operation on their way to the page, or its requests on their way to the gateway. */
export async function hold(page: Page, name: string, what: 'answer' | 'request' = 'answer'): Promise<Held> {
  let held = name;
  const answer = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  await page.route('**/graphql', async (route) => {
    const { operationName } = route.request().postDataJSON() as { operationName: string };
    if (operationName !== held) return route.fallback();
    const response = what === 'answer' ? await route.fetch() : undefined;
    answer.resolve();
    await release.promise;
    return response === undefined ? route.fallback() : route.fulfill({ response });
  });
  return { answered: () => answer.promise, release: () => release.resolve(), hold: (other) => void (held = other) };
}
