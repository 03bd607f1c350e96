import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { tourSubjects } from '../../src/demo/embedded.ts';
import { startDemo, type DemoWorkspace } from '../../src/demo/server.ts';
import { createTour } from '../../src/http/tour.ts';
import { startGateway, type Gateway } from '../../src/server.ts';
import { startBrowser, type TestBrowser } from '../support/browser.ts';

let demo: DemoWorkspace;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo.close());

const config = () => readConfig({ PORT: '0', LOG_LEVEL: 'silent', ROCKETCHAT_URL: demo.url });

/** Pages load from a busy machine. */
const patient = { timeout: 20_000 };

/** Text without the editor's line breaks and non-breaking spaces. */
const flat = (text: string): string => text.replace(/\s+/g, ' ');

/** The explorer notices the name of an operation a moment after it shows the operation. */
async function runNow(page: Page, name: string): Promise<void> {
  const sent = page.waitForRequest('**/graphql');
  await page.getByRole('button', { name: 'Execute query' }).click();
  const { operationName } = (await sent).postDataJSON() as { operationName: string };
  if (operationName !== name) await runNow(page, name);
}

/** How an answer begins as the explorer shows it, and the line that it gets. */
async function answerOf(
  { url }: Gateway,
  query: string,
  variables: unknown,
): Promise<{ text: string; report: RegExp }> {
  const { id, token } = demo.world.member;
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-user-id': id, 'x-auth-token': token, 'x-upstream-report': '1' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors, extensions } = (await response.json()) as {
    data: unknown;
    errors: unknown;
    extensions: { upstream: Report };
  };
  const { calls, byEndpoint, plannedCalls, atMost, limit } = extensions.upstream;
  const endpoints = Object.entries(byEndpoint).map((entry) => entry.join(' '));
  const spent = `${calls} call${calls === 1 ? '' : 's'}: ${endpoints.join(', ')}`;
  const planned = `planned ${plannedCalls}, at most ${atMost} of ${limit}`;
  return {
    text: flat(JSON.stringify(errors === undefined ? { data } : { errors, data }, null, 2)).slice(0, 100),
    report: new RegExp(`^${spent} · ${planned} · \\d+ ms${errors === undefined ? '$' : ' · [A-Z]+$'}`),
  };
}

interface Report {
  readonly calls: number;
  readonly byEndpoint: Readonly<Record<string, number>>;
  readonly plannedCalls: number;
  readonly atMost: number;
  readonly limit: number;
}

describe('The tour of the explorer', () => {
  let gateway: Gateway;
  let browser: TestBrowser;
  beforeAll(async () => {
    const { id, token } = demo.world.member;
    gateway = await startGateway({
      config: config(),
      workspaceUrl: demo.url,
      explorerHeaders: { 'X-User-Id': id, 'X-Auth-Token': token },
      tourSubjects,
    });
    browser = await startBrowser();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await gateway.close();
  });

  const tour = createTour(tourSubjects);

  test('the offline explorer opens with the tour and credentials, and each step says what it cost, without the internet', async () => {
    const { page, outside, failures } = await browser.open(`${gateway.url}/explorer`);
    const region = (name: string) => page.getByRole('region', { name });
    const editor = region('Operation Editor');
    await expect.poll(() => editor.innerText().then(flat), patient).toContain('query OneRoom(');
    const tabs = page.getByRole('tab').filter({ hasNotText: /^(?:Variables|Headers)$/ });
    expect(await tabs.allInnerTexts()).toEqual(tour.map(({ name }) => name));

    await page.getByRole('button', { name: 'Headers' }).click();
    await expect
      .poll(() => region('Headers').innerText().then(flat), patient)
      .toContain(`"X-User-Id": "${demo.world.member.id}"`);
    await page.getByRole('button', { name: 'Variables' }).click();

    const result = region('Result Window');
    const cost = page.getByRole('status');
    expect(await cost.innerText()).toMatch(/^Run an operation/);
    for (const [index, { name, query, variables }] of tour.entries()) {
      const { text, report } = await answerOf(gateway, query, variables);
      await tabs.nth(index).click();
      await expect.poll(() => editor.innerText().then(flat), patient).toContain(`query ${name}(`);
      await runNow(page, name);
      await expect.poll(() => cost.innerText(), { message: name, ...patient }).toMatch(report);
      await expect.poll(() => result.innerText().then(flat), { message: name, ...patient }).toContain(text);
    }
    expect(await cost.innerText()).toMatch(/ · FORBIDDEN$/);
    expect(outside).toEqual([]);
    expect(failures).toEqual([]);
  }, 60_000);

  test('a reload keeps the step and its changes; another explorer at the address does not hide the tour', async () => {
    const { page } = await browser.open(`${gateway.url}/healthz`);
    await page.evaluate(() => {
      const tabs = [
        {
          id: '1',
          title: 'Other',
          query: '{ other }',
          variables: null,
          headers: null,
          operationName: null,
          response: null,
        },
      ];
      localStorage.setItem('graphiql:tabState', JSON.stringify({ activeTabIndex: 0, tabs }));
      localStorage.setItem('graphiql:query', '{ other }');
    });
    await page.goto(`${gateway.url}/explorer`);
    const names = () => page.getByRole('tab').allInnerTexts();
    await expect.poll(names, patient).toEqual(expect.arrayContaining(['OneRoom', 'WhyRefused']));
    expect(await names()).not.toContain('Other');
    const before = await names();

    const variables = page.getByRole('region', { name: 'Variables' });
    const shownVariables = () => variables.innerText().then(flat);
    await expect.poll(shownVariables, patient).toContain('"username"');
    await page.getByRole('tab', { name: 'Inbox' }).click();
    await expect.poll(shownVariables, patient).toContain('"rooms": 10,');
    await runNow(page, 'Inbox');
    await expect.poll(() => page.getByRole('status').innerText(), patient).toMatch(/^2 calls/);
    await variables.getByText('10', { exact: true }).dblclick();
    await page.keyboard.type('3');
    await expect
      .poll(() => page.evaluate(() => sessionStorage.getItem('graphiql:tabState')), patient)
      .toMatch(/rooms\\+": 3,/);
    const kept = await page.evaluate(() => JSON.stringify(Object.entries(localStorage)));
    expect(kept).not.toContain(demo.world.member.token);

    await page.reload();
    await expect.poll(names, patient).toEqual(before);
    expect(await page.getByRole('tab', { name: 'Inbox' }).getAttribute('aria-selected')).toBe('true');
    await expect.poll(shownVariables, patient).toContain('"rooms": 3,');
    await runNow(page, 'Inbox');
    await expect.poll(() => page.getByRole('status').innerText(), patient).toMatch(/^2 calls/);
  }, 60_000);

  test('credentials filled in once go along from every tab, while nothing stands in their place', async () => {
    const blank = await startGateway({ config: config(), workspaceUrl: demo.url });
    onTestFinished(() => blank.close());
    const { page } = await browser.open(`${blank.url}/explorer`);
    const cost = page.getByRole('status');
    expect(await cost.innerText()).toMatch(/^Fill in your user id and token/);
    const editor = page.getByRole('region', { name: 'Operation Editor' });
    await expect.poll(() => editor.innerText().then(flat), patient).toContain('query OneRoom(');
    await runNow(page, 'OneRoom');
    await expect.poll(() => cost.innerText(), patient).toMatch(/UNAUTHENTICATED$/);

    await page.getByRole('button', { name: 'Headers' }).click();
    const headers = page.getByRole('region', { name: 'Headers' });
    await headers.click();
    await page.keyboard.press('ControlOrMeta+A');
    const { id, token } = demo.world.member;
    await page.keyboard.type(`{"X-User-Id": "${id}", "X-Upstream-Report": "1", "X-Auth-Token": "${token}`);
    await expect.poll(() => headers.innerText().then(flat), patient).toContain(`"${token}"`);
    await runNow(page, 'OneRoom');
    await expect
      .poll(() => cost.innerText(), patient)
      .toMatch(/^2 calls: rooms.info 1, subscriptions.get 1 · [^·]+ · \d+ ms$/);
    await page.getByRole('tab', { name: 'Inbox' }).click();
    await expect.poll(() => headers.innerText().then(flat), patient).toContain('"X-Auth-Token": ""');
    await runNow(page, 'Inbox');
    await expect
      .poll(() => cost.innerText(), patient)
      .toMatch(/^2 calls: im.list 1, subscriptions.get 1 · [^·]+ · \d+ ms$/);
  }, 60_000);

  test.each(['https://studio.apollographql.com', 'https://sandbox.embed.apollographql.com'])(
    'a browser lets %s ask, with credentials and for the report, and another site not',
    async (origin) => {
      const { id, token } = demo.world.member;
      const ask = async (site: string) => {
        const page = await browser.openAs(site);
        return page.evaluate(
          async ({ url, headers, body }) => {
            const response = await fetch(url, { method: 'POST', headers, body }).catch(String);
            return typeof response === 'string' ? response : response.text();
          },
          {
            url: `${gateway.url}/graphql`,
            headers: {
              'content-type': 'application/json',
              'x-user-id': id,
              'x-auth-token': token,
              'x-upstream-report': '1',
            },
            body: '{"query":"{ viewer { userId } }"}',
          },
        );
      };
      expect(await ask(origin)).toContain(`{"viewer":{"userId":"${id}"}}`);
      expect(await ask('https://example.com')).toMatch(/TypeError: Failed to fetch/);
    },
    30_000,
  );
});
