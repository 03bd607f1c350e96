import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { landmarks } from '../../../src/demo/seed.ts';
import { startTestGateway, type GatewayBefore } from '../../support/gateway.ts';

const { busyRoomId, groupRoomId } = landmarks;
const countersOf = (name: string, id: string): string =>
  `query ${name} { directMessage(id: "${id}") { counters { memberCount } } }`;

const folder = mkdtempSync(join(tmpdir(), 'metrics-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The samples of `/metrics` whose names begin so, by name and labels. */
async function samples({ url }: Pick<GatewayBefore<never>, 'url'>, start: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(start) && !line.includes('_bucket'));
  return Object.fromEntries(lines.map((line) => [line.slice(start.length).split(' ')[0], Number(line.split(' ')[1])]));
}

describe('/metrics', () => {
  it('tells how long each endpoint took, failed attempts included', async () => {
    const gateway = await startTestGateway({ env: { METRICS: 'on' } });
    gateway.demo.fail('im.counters', { status: 503 });
    await gateway.ask(countersOf('Busy', busyRoomId));
    await gateway.ask('{ viewer { user { name } } }');
    const found = await samples(gateway, 'gateway_upstream_call_duration_seconds_count');
    expect(found['{endpoint="im.counters"}']).toBeGreaterThan(0);
    expect(found['{endpoint="me"}']).toBe(1);
    expect(await samples(gateway, 'gateway_upstream_window_wait_seconds')).toEqual({});
  });

  it('tells how long calls waited for a window, and of which endpoint', async () => {
    const gateway = await startTestGateway({
      demo: { rateLimit: { calls: 1, ms: 300 } },
      env: { METRICS: 'on' },
    });
    await gateway.ask(countersOf('Busy', busyRoomId));
    const { errors } = await gateway.ask(countersOf('Group', groupRoomId));
    expect(errors).toBeUndefined();
    const found = await samples(gateway, 'gateway_upstream_window_wait_seconds_count');
    expect(found).toEqual({ '{endpoint="im.counters"}': 1 });
  });

  it('compares the planned and the spent calls of admitted operations, and names none that clients chose', async () => {
    const gateway = await startTestGateway({ env: { METRICS: 'on' } });
    await gateway.ask(countersOf('Secret', busyRoomId));
    await gateway.ask(countersOf('Secret', busyRoomId), { headers: { 'x-upstream-plan': 'only' } });
    await gateway.ask('query Secret { nonsense }');
    expect(await samples(gateway, 'gateway_operation_')).toEqual({
      'planned_calls_sum{operation="(other)"}': 1,
      'planned_calls_count{operation="(other)"}': 1,
      'spent_calls_sum{operation="(other)"}': 1,
      'spent_calls_count{operation="(other)"}': 1,
    });
    expect(await (await fetch(`${gateway.url}/metrics`)).text()).not.toContain('Secret');
  });

  it('names the operations of the list, but no other text under such a name', async () => {
    const list = join(folder, 'list.json');
    writeFileSync(list, JSON.stringify({ one: countersOf('Busy', busyRoomId), two: '{ viewer { userId } }' }));
    const gateway = await startTestGateway({
      env: { METRICS: 'on', PERSISTED_OPERATIONS: list, PERSISTED_OPERATIONS_MODE: 'report' },
    });
    for (let time = 0; time < 3; time += 1) await gateway.post({ documentId: 'one' });
    await gateway.post({ documentId: 'two' });
    await gateway.ask(countersOf('Busy', groupRoomId));
    await gateway.ask(countersOf('Unlisted', groupRoomId));
    expect(await samples(gateway, 'gateway_operation_duration_seconds_count')).toEqual({ '{operation="Busy"}': 3 });
    expect(await samples(gateway, 'gateway_operation_spent_calls_count')).toEqual({
      '{operation="Busy"}': 3,
      '{operation="(other)"}': 3,
    });
  });

  it('counts the calls that were not needed, by what saved them', async () => {
    const gateway = await startTestGateway({ env: { METRICS: 'on', SHARE_IN_FLIGHT: 'on' } });
    const saved = () => samples(gateway, 'gateway_upstream_calls_saved_total');
    expect(await saved()).toEqual({ '{by="shared"}': 0, '{by="joined"}': 0, '{by="bulk"}': 0 });
    const page = 'messages(first: 2) { nodes { id } }';
    await gateway.ask(`{ directMessage(id: "${busyRoomId}") { ${page} again: ${page} } }`);
    expect(await saved()).toMatchObject({ '{by="joined"}': 1, '{by="bulk"}': 0 });
    const { calls } = await gateway.askCounting(
      '{ viewer { directMessages(first: 8) { nodes { counters { unreadCount } } } } }',
    );
    expect(calls).toHaveLength(2);
    expect(await saved()).toMatchObject({ '{by="joined"}': 1, '{by="bulk"}': 7 });
    gateway.demo.fail('im.counters', { delayMs: 100 });
    await Promise.all([1, 2].map(() => gateway.ask(countersOf('Busy', busyRoomId))));
    expect(await saved()).toMatchObject({ '{by="shared"}': 1 });
  });

  it('counts what a failing operation saved once, although it runs twice when it is not new', async () => {
    const gateway = await startTestGateway({ env: { METRICS: 'on' }, execution: 'compiled' });
    const room = (fields: string) =>
      `directMessage(id: "${busyRoomId}") { messages(first: 2) { nodes { ${fields} } } }`;
    const other = `directMessage(id: "${groupRoomId}") { counters { memberCount } }`;
    const query = `{ a: ${room('id')} b: ${room('id text')} c: ${other} }`;
    for (let time = 1; time <= 4; time += 1) {
      if (time === 4) gateway.demo.fail('im.counters', { status: 400, body: { success: false } });
      await gateway.ask(query);
      expect(await samples(gateway, 'gateway_upstream_calls_saved_total')).toMatchObject({ '{by="joined"}': time });
    }
    expect(await samples(gateway, 'gateway_operations_total')).toMatchObject({ '{run_by="fast-path"}': 1 });
  });

  it('counts users who are read as members of their room', async () => {
    const gateway = await startTestGateway({ env: { METRICS: 'on' } });
    const { calls, errors } = await gateway.askCounting(
      `{ directMessage(id: "${groupRoomId}") { messages(first: 20) { nodes { author { user { name } } } } } }`,
    );
    expect(errors).toBeUndefined();
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    const bulk = Number(/^gateway_upstream_calls_saved_total\{by="bulk"\} (\d+)$/m.exec(text)?.[1]);
    expect(calls.filter((call) => call.startsWith('im.members'))).toHaveLength(1);
    expect(bulk).toBeGreaterThan(1);
  });

  it('tells the versions of the gateway and of Node', async () => {
    const gateway = await startTestGateway({ env: { METRICS: 'on' } });
    expect(Object.keys(await samples(gateway, 'gateway_build_info'))).toEqual([
      expect.stringMatching(/^\{version="\d+\.\d+\.\d+",node="v\d+\.\d+\.\d+"\}$/),
    ]);
  });
});
