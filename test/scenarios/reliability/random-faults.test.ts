import { expect, it } from 'vitest';
import { startTestGateway } from '../../support/gateway.ts';
import { startFaultUpstream } from '../../support/fault-upstream.ts';
import { createRandom } from '../../support/random.ts';
import { faults, type FaultName } from '../../support/faults.ts';
import { alice, bob, callerNamed } from '../../support/tiny-workspace.ts';

const room = `${alice.id}${bob.id}`;
const query = `{
  directMessage(id: "${room}") {
    counters { joined memberCount }
    messages(first: 2) { totalCount nodes { text markup { plainText } readReceipts { totalCount } } }
    history(first: 2) { nodes { text author { username } } }
    members { nodes { username } }
  }
  viewer { userId unreadCount user { name } directMessages(first: 2) { totalCount nodes { topic } } }
}`;
const timeoutMs = 900;
const fatal = ['INTERNAL_SERVER_ERROR', 'UNAUTHENTICATED', 'FORBIDDEN', 'BAD_USER_INPUT'];
/** Excludes faults that fill the memory of this process, which runs both sides. */
const names = (Object.keys(faults) as FaultName[]).filter((name) => !/huge-body|endless-body|deep-json/.test(name));

it(
  'G7 with random upstream faults every request is answered by its deadline, with catalogued codes and without a leak',
  { timeout: 120_000 },
  async () => {
    const gateway = await startTestGateway({
      upstream: await startFaultUpstream(),
      env: { UPSTREAM_TIMEOUT_MS: '300', REQUEST_TIMEOUT_MS: String(timeoutMs) },
    });
    const random = createRandom(42).fraction;
    const unhandled: unknown[] = [];
    const onUnhandled = (error: unknown) => void unhandled.push(error);
    process.on('unhandledRejection', onUnhandled);
    const late: number[] = [];
    const codes = new Set<unknown>();
    for (let round = 0; round < 20; round += 1) {
      gateway.upstream.heal();
      for (const name of names)
        if (random() < 0.3)
          gateway.upstream.fail(name, { share: random() * 0.3, ms: Math.floor(random() * 600), times: 5 });
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) => gateway.ask(query, { as: callerNamed(`user${round}x${index}`) })),
      );
      for (const { ms, codes: found, status } of answers) {
        expect(status).toBe(200);
        if (ms > timeoutMs + 3000) late.push(ms); // in time, on a machine that does other things too
        for (const code of Object.values(found)) codes.add(code);
      }
    }
    process.off('unhandledRejection', onUnhandled);
    expect([late, unhandled]).toEqual([[], []]);
    expect([...codes].filter((code) => fatal.includes(String(code)))).toEqual([]);
    expect(codes.size).toBeGreaterThan(2);
    await gateway.close();
  },
);
