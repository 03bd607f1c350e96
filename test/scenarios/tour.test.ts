import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tourSubjects } from '../../src/demo/embedded.ts';
import { startDemo, type DemoWorkspace } from '../../src/demo/server.ts';
import { createTour, inOneDocument } from '../../src/http/tour.ts';
import { startTestGateway, type GraphqlResult, type TestGateway } from '../support/gateway.ts';
import { codesOf } from '../support/scenario.ts';

interface Report {
  readonly plannedCalls: number;
  readonly atMost: number;
  readonly calls: number;
}

const headers = { 'x-upstream-report': '1' };
const tour = createTour(tourSubjects);
const reportOf = ({ extensions }: GraphqlResult): Report => extensions?.['upstream'] as Report;
/** The first number of calls in the comment. */
const promised = (query: string): number => Number(/(\d+) calls?\b/.exec(query)?.[1]);

describe.each(['R7', 'R8'] as const)('The tour in the demo workspace, as %s', (dialect) => {
  let demo: DemoWorkspace;
  let gateway: TestGateway;
  beforeAll(async () => {
    demo = await startDemo({ dialect });
    gateway = await startTestGateway({ demo });
  });
  afterAll(async () => {
    await gateway.close();
    await demo.close();
  });

  it.each(tour)('$name costs what its comment says, no more than planned', async ({ name, query, variables }) => {
    const result = await gateway.askCounting(query, { variables, headers });
    expect(codesOf(result)).toEqual(name === 'WhyRefused' ? ['directMessages: FORBIDDEN'] : undefined);
    const { calls, plannedCalls } = reportOf(result);
    expect(calls).toBe(promised(query));
    expect(result.calls).toHaveLength(calls);
    // Without a cursor, `changes` makes one of its calls.
    if (name === 'WhatChanged') expect(calls).toBeLessThanOrEqual(plannedCalls);
    else expect(calls).toBe(plannedCalls);
  });

  // Nothing has changed, and the demo has no rate limit unless told so.
  const showing = tour.filter(({ name }) => name !== 'WhatChanged' && name !== 'WhyRefused');
  it.each(showing)('$name shows something of everything that it asks for', async ({ query, variables }) => {
    const { data } = await gateway.ask(query, { variables });
    const text = JSON.stringify(data);
    for (const field of query.matchAll(/\b(?!messages\b)(\w+) \{ (?:id )?\w/g))
      expect(text).toMatch(new RegExp(`"${field[1]}":(?:\\{|\\[\\{)`));
  });

  it('runs each operation of the whole document, as Apollo Sandbox sends it', async () => {
    const document = inOneDocument(tour);
    for (const { name, query, variables } of tour) {
      const answer = await gateway.post({ ...document, operationName: name });
      const alone = await gateway.ask(query, { variables });
      const { data } = JSON.parse(answer.text) as { data: Record<string, unknown> };
      expect([name, answer.status]).toEqual([name, 200]);
      if (name !== 'WhatChanged') expect(data).toEqual(alone.data);
    }
  });

  it('goes on from page to page, and from change to change', async () => {
    const stepOf = (name: string) => tour.find((step) => step.name === name) ?? expect.unreachable(name);
    const { query, variables } = stepOf('LatestMessages');
    interface Page {
      readonly nodes: readonly { readonly id: string }[];
      readonly pageInfo: { readonly endCursor: string };
    }
    const pageAfter = async (afterMessage: unknown): Promise<Page> => {
      const { data } = await gateway.ask(query, { variables: { ...variables, afterMessage } });
      return (data as { directMessageWith: { messages: Page } }).directMessageWith.messages;
    };
    const first = await pageAfter(null);
    const second = await pageAfter(first.pageInfo.endCursor);
    expect(new Set([...first.nodes, ...second.nodes].map(({ id }) => id)).size).toBe(10);

    interface Changes {
      readonly mustReload: boolean;
      readonly changed: readonly { readonly id: string; readonly lastMessage: { readonly text: string } }[];
      readonly cursor: string;
    }
    const whatChanged = stepOf('WhatChanged');
    const changesSince = async (since: string | null) => {
      const result = await gateway.ask(whatChanged.query, { variables: { since }, headers });
      return { ...(result.data as { viewer: { changes: Changes } }).viewer.changes, calls: reportOf(result).calls };
    };
    const start = await changesSince(null);
    expect(start).toMatchObject({ mustReload: true, calls: 1 });
    const { world } = demo;
    const room = world.subscriptionsOf(world.member.id).find(({ name }) => name === tourSubjects.username);
    const roomId = room?.rid ?? expect.unreachable();
    world.post({ roomId, userId: world.member.id, text: 'Hello' });
    const { mustReload, changed, calls } = await changesSince(start.cursor);
    expect(mustReload).toBe(false);
    expect(changed.find(({ id }) => id === roomId)?.lastMessage.text).toBe('Hello');
    expect(changed.length).toBeLessThan(5);
    expect(calls).toBeLessThanOrEqual(4);
  });

  it('has no other errors where nothing is known of the workspace, and none for users without that room', async () => {
    const { world } = demo;
    const lonely = world.accounts.find(({ id }) =>
      world.subscriptionsOf(id).every(({ name }) => name !== 'rocket.cat'),
    );
    for (const as of [world.member, lonely ?? expect.unreachable('everybody has that room')])
      for (const { name, query, variables } of createTour()) {
        const result = await gateway.ask(query, { variables, as, headers });
        expect([name, codesOf(result)]).toEqual([
          name,
          name === 'WhyRefused' ? ['directMessages: FORBIDDEN'] : undefined,
        ]);
        expect(reportOf(result).calls).toBeLessThanOrEqual(reportOf(result).plannedCalls);
      }
  });
});
