import { describe, expect, it } from 'vitest';
import { landmarks } from '../../../src/demo/seed.ts';
import { startTestGateway, type HttpResult } from '../../support/gateway.ts';

const query = `{ directMessage(id: "${landmarks.busyRoomId}") { counters { memberCount } } }`;
const policy = '"caller";q=12;qu="upstream-calls";w=60';
/** A call flows back in five seconds. */
const env = { CALLER_CALLS_PER_MINUTE: '12', MAX_UPSTREAM_CALLS: '12', CORS_ORIGINS: 'https://app.example.com' };

const said = ({ headers }: Pick<HttpResult, 'headers'>) => [headers.get('ratelimit-policy'), headers.get('ratelimit')];
/** Calls that an answer says are left. */
const left = (result: Pick<HttpResult, 'headers'>): number =>
  Number(/^"caller";r=(\d+);t=\d+$/.exec(result.headers.get('ratelimit') ?? '')?.[1] ?? Number.NaN);

describe('RateLimit and RateLimit-Policy', () => {
  it('tell each caller of their own allowance, which other users do not change', async () => {
    const gateway = await startTestGateway({ env });
    const [one = null, other = null] = gateway.demo.world.accounts;
    const first = await gateway.ask(query, { as: one });
    expect(said(first)).toEqual([policy, expect.stringMatching(/^"caller";r=11;t=[1-5]$/)]);
    for (let time = 0; time < 4; time += 1) await gateway.ask(query, { as: one });
    expect(left(await gateway.ask(query, { as: other }))).toBe(11);
    const last = left(await gateway.ask(query, { as: one }));
    expect([last >= 6, last < 11]).toEqual([true, true]);
  });

  it('come with every kind of answer to a caller whom the workspace has accepted', async () => {
    const gateway = await startTestGateway({ env });
    await gateway.ask(query);
    const { id, token } = gateway.demo.world.member;
    const credentials = { 'x-user-id': id, 'x-auth-token': token };
    const answers = [
      await gateway.post({ query: '{ nonsense }' }),
      await gateway.post('not an object'),
      await gateway.ask(query, { headers: { 'x-upstream-plan': 'only' } }),
      await fetch(`${gateway.url}/graphql`, { method: 'DELETE', headers: credentials }),
      await gateway.ask('{ directMessage(id: "nobodyknowsthisid") { counters { memberCount } } }'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 200, 405, 200]);
    for (const answer of answers)
      expect(said(answer)).toEqual([policy, expect.stringMatching(/^"caller";r=\d+;t=\d+$/)]);
  });

  it('say how few are left when a request is refused for that', async () => {
    const gateway = await startTestGateway({ env });
    const page = (index: number) => `p${index}: messages(first: ${index + 1}) { nodes { id } }`;
    const heavy = `{ directMessage(id: "${landmarks.busyRoomId}") { ${Array.from({ length: 10 }, (_, index) => page(index)).join(' ')} } }`;
    await gateway.ask(heavy);
    const refused = await gateway.ask(heavy);
    expect(refused.status).toBe(429);
    // Twelve less ten; one may have flowed back since.
    expect([2, 3]).toContain(left(refused));
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('are not sent to strangers, nor where there is no allowance', async () => {
    const gateway = await startTestGateway({ env });
    await gateway.ask(query);
    const { id } = gateway.demo.world.member;
    for (const as of [null, { id, token: 't'.repeat(43) }])
      expect(said(await gateway.ask(query, { as }))).toEqual([null, null]);
    const unlimited = await startTestGateway();
    await unlimited.ask(query);
    expect(said(await unlimited.ask(query))).toEqual([null, null]);
  });

  it('can be read by scripts of an allowed origin', async () => {
    const gateway = await startTestGateway({ env });
    const { headers } = await gateway.ask(query, { headers: { origin: 'https://app.example.com' } });
    const exposed = headers.get('access-control-expose-headers')?.split(', ');
    expect(exposed).toEqual(expect.arrayContaining(['RateLimit', 'RateLimit-Policy']));
  });
});
