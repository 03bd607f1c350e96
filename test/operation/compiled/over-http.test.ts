import { describe, expect, it, onTestFinished } from 'vitest';
import { landmarks } from '../../../src/demo/seed.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

const messages = `query Messages($id: ID!) { directMessage(id: $id) { id messages(first: 3) { totalCount nodes { id text author { username } } } } }`;
const id = landmarks.busyRoomId;

async function open(env: Record<string, string> = {}): Promise<TestGateway> {
  const gateway = await startTestGateway({ env: { METRICS: 'on', ...env }, execution: 'compiled' });
  onTestFinished(() => gateway.close());
  return gateway;
}

/** Operations so far, by what ran them. */
async function runs({ url }: TestGateway): Promise<Record<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Object.fromEntries(
    [...text.matchAll(/^gateway_operations_total\{run_by="([\w-]+)"\} (\d+)$/gm)].map(([, name = '', count]) => [
      name,
      Number(count),
    ]),
  );
}

describe('repeated operations over HTTP', () => {
  it('a repeated operation runs compiled, with the same response, calls, report and log line', async () => {
    const gateway = await open();
    const ask = () => gateway.askCounting(messages, { variables: { id }, headers: { 'x-upstream-report': '1' } });
    const [first, second, third] = [await ask(), await ask(), await ask()];
    expect(first.errors).toBeUndefined();
    for (const again of [second, third]) {
      expect([again.status, again.data, again.extensions, again.calls]).toEqual([
        first.status,
        first.data,
        first.extensions,
        first.calls,
      ]);
      expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
    }
    expect(await runs(gateway)).toEqual({ 'graphql-js': 1, compiled: 1, 'fast-path': 1 });
    const lines = gateway.logs
      .filter((line) => line['operation'] === 'Messages')
      .map(({ status, upstreamCalls, plannedCalls, codes }) => ({ status, upstreamCalls, plannedCalls, codes }));
    expect(lines).toEqual(
      Array.from({ length: 3 }, () => ({ status: 200, upstreamCalls: 1, plannedCalls: 1, codes: undefined })),
    );
  });

  it('C1: an operation is not compiled for callers whom the workspace does not accept, nor if it makes no call', async () => {
    const gateway = await open();
    const nobody = { id: gateway.demo.world.member.id, token: 'x'.repeat(43) };
    for (let time = 0; time < 3; time += 1) await gateway.ask(messages, { variables: { id }, as: nobody });
    for (let time = 0; time < 3; time += 1) await gateway.ask('{ viewer { userId } }');
    for (let time = 0; time < 3; time += 1)
      await gateway.ask('{ viewer { userId user { username } } }', {
        as: time === 2 ? nobody : gateway.demo.world.member,
      });
    for (let time = 0; time < 3; time += 1) await gateway.ask('{ viewer { userId } }');
    expect(await runs(gateway)).toEqual({ 'graphql-js': 11, compiled: 1 });
  });

  it('graphql-js takes over a compiled run that fails, without another call', async () => {
    const gateway = await open();
    const ask = () => gateway.askCounting(messages, { variables: { id } });
    for (let time = 0; time < 2; time += 1) await ask();
    gateway.demo.fail('dm.messages', { status: 403 });
    const { data, errors, calls } = await ask();
    expect([data, errors?.map(({ path, extensions }) => [path?.join('.'), extensions['code']]), calls]).toEqual([
      { directMessage: { id, messages: null } },
      [['directMessage.messages', 'FORBIDDEN']],
      [expect.stringMatching(/^dm\.messages/)],
    ]);
    expect(await runs(gateway)).toEqual({ 'graphql-js': 2, compiled: 1 });
  });

  it('a compiled operation still rejects bad arguments and missing credentials', async () => {
    const gateway = await open();
    const outcomes = [];
    for (let time = 0; time < 3; time += 1) {
      outcomes.push([
        (await gateway.ask(messages, { variables: { id } })).status,
        (await gateway.ask(messages, { variables: {} })).errors?.[0]?.extensions['code'],
        (await gateway.ask(messages, { variables: { id: 'no id' } })).errors?.[0]?.extensions['code'],
        (await gateway.ask(messages, { variables: { id }, as: null })).status,
      ]);
    }
    expect(outcomes).toEqual(Array.from({ length: 3 }, () => [200, 'BAD_USER_INPUT', 'BAD_USER_INPUT', 401]));
  });

  it('graphql-js runs the operations of a router that requests inline traces', async () => {
    const gateway = await open({ INLINE_TRACE: 'on' });
    const ask = () =>
      gateway.ask(messages, { variables: { id }, headers: { 'apollo-federation-include-trace': 'ftv1' } });
    for (let time = 0; time < 3; time += 1) expect((await ask()).extensions).toEqual({ ftv1: expect.any(String) });
    expect(await runs(gateway)).toEqual({ 'graphql-js': 3 });
  });
});
