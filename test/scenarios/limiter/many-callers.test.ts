import { describe, expect, it } from 'vitest';
import {
  callersNamed,
  login,
  openLimited,
  openLimitedCalls,
  tally,
  type Answered,
} from '../../support/limited-workspace.ts';

const counters = (room = 'room1') => `{ directMessage(id: "${room}") { counters { joined } } }`;
/** `count` calls, one per message. */
const receipts = (count: number, name = 'message') =>
  `{ ${Array.from({ length: count }, (_, index) => `m${index}: readReceipts(messageId: "${name}${index}") { totalCount }`).join(' ')} }`;
const codesOf = (answers: readonly Answered[]) => tally(answers.map(({ code }) => code));
const times = <Value>(count: number, make: (index: number) => Value): Value[] =>
  Array.from({ length: count }, (_, index) => make(index));
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo())
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
};
const missing = {
  success: false,
  error: 'User does not have the permissions required for this action [error-unauthorized]',
};

describe('A workspace without a rate limiter', () => {
  it.each([60, 150, 200])(
    'H1: serves %i new callers who come at once together, and not one after another',
    async (count) => {
      const { workspace, ask } = await openLimitedCalls({ rateLimit: false, together: Math.min(50, count - 4) });
      expect(tally(await Promise.all(callersNamed('new', count).map((caller) => ask(caller))))).toEqual({ ok: count });
      expect(workspace.mostInFlight).toBeLessThanOrEqual(64);
    },
  );

  it.each([1, 6])(
    'H1: whose answers hang for %i callers keeps no other new caller waiting until they end',
    async (count) => {
      const { workspace, ask } = await openLimitedCalls(
        { rateLimit: false, hangs: ({ userId }) => userId.startsWith('slow') },
        { timeoutMs: 1600 },
      );
      let ended = 0;
      const slow = callersNamed('slow', count).map(async (caller) => {
        const code = await ask(caller);
        ended += 1;
        return code;
      });
      await until(() => workspace.calls.length === Math.min(4, count));
      expect([await ask(login('new')), ended]).toEqual(['ok', 0]);
      expect(tally(await Promise.all(slow))).toEqual({ UPSTREAM_TIMEOUT: count });
    },
  );

  it('H1: a new caller’s lookups of forty missing users run eight or more at a time: errors beyond the limiter also prove it off', async () => {
    const body = { success: false, error: 'User not found.' };
    const { workspace, ask } = await openLimited({
      rateLimit: false,
      together: 8,
      refuses: () => ({ status: 400, body, isBefore: false }),
    });
    const users = times(40, (index) => `u${index}: user(id: "user${index}") { name }`);
    expect((await ask(`{ ${users.join(' ')} }`, login('new'))).code).toBe('ok');
    expect(workspace.calls).toHaveLength(40);
    expect(workspace.mostInFlight).toBeGreaterThanOrEqual(8);
  });

  it.each([
    ['R8', 403, missing],
    ['R8', 400, { success: false, errorType: 'error-invalid-params', error: 'must be string' }],
    [
      'R8',
      400,
      {
        success: false,
        errorType: 'error-action-not-allowed',
        error: 'This is an enterprise feature [error-action-not-allowed]',
      },
    ],
    ['R7', 401, { status: 'error', message: 'You must be logged in to do this.' }],
  ])('H1: responses from before the limiter do not prove that it is off (%s, %i)', async (_dialect, status, body) => {
    const { workspace, ask } = await openLimitedCalls({
      refuses: ({ userId }) => (userId === 'guest' ? { status, body, isBefore: true } : undefined),
    });
    expect(await ask(login('guest'))).not.toBe('ok');
    expect(tally(await Promise.all(callersNamed('new', 60).map((caller) => ask(caller))))).toEqual({
      RATE_LIMITED: 50,
      ok: 10,
    });
    expect(workspace.refused).toBeLessThanOrEqual(1);
  });
});

describe('A workspace with a rate limiter', () => {
  it.each([60, 150, 200])('G17: %i concurrent new callers send a limiter no call too many', async (count) => {
    const { workspace, ask } = await openLimitedCalls({ latencyMs: () => 20 });
    expect(tally(await Promise.all(callersNamed('new', count).map((caller) => ask(caller))))).toEqual({
      RATE_LIMITED: count - 10,
      ok: 10,
    });
    expect(workspace.refused).toBeLessThanOrEqual(1);
  });

  it('G17: of 200 new callers a limiter rejects at most one call, and those it exempts are then unlimited', async () => {
    const isExempt = (userId: string) => userId.endsWith('7');
    const { workspace, ask } = await openLimitedCalls({ latencyMs: () => 20, isExempt });
    const callers = callersNamed('new', 200);
    const codes = await Promise.all(callers.map((caller) => ask(caller)));
    expect(tally(codes.filter((_, index) => !isExempt(`${index}`)))).toEqual({ RATE_LIMITED: 170, ok: 10 });
    expect(workspace.refused).toBeLessThanOrEqual(1);
    const bot = callers[codes.findIndex((code, index) => code === 'ok' && isExempt(`${index}`))] ?? login('nobody');
    expect(tally(await Promise.all(times(30, () => ask(bot))))).toEqual({ ok: 30 });
    expect(workspace.refused).toBeLessThanOrEqual(1);
  });

  it('G17: a limiter switched on in mid-run rejects only the calls on the wire', async () => {
    const { workspace, ask } = await openLimitedCalls({ rateLimit: false });
    const callers = callersNamed('user', 200);
    expect(tally(await Promise.all(callers.map((caller) => ask(caller))))).toEqual({ ok: 200 });
    workspace.configure({ rateLimit: { calls: 10, ms: 60_000 }, latencyMs: () => 20 });
    expect(tally(await Promise.all(callers.map((caller) => ask(caller))))).toEqual({ RATE_LIMITED: 190, ok: 10 });
    const { refused } = workspace;
    expect(refused).toBeLessThanOrEqual(54); // 64 may be on the wire
    await Promise.all(callersNamed('new', 60).map((caller) => ask(caller)));
    expect(workspace.refused).toBe(refused);
  });

  it('G17: a limiter switched off in mid-run delays no one after two users were served uncounted', async () => {
    const { workspace, ask } = await openLimitedCalls({ rateLimit: { calls: 100, ms: 60_000 } });
    for (const caller of callersNamed('user', 3)) expect(await ask(caller)).toBe('ok');
    workspace.configure({ rateLimit: false });
    for (const caller of callersNamed('user', 2)) expect(await ask(caller)).toBe('ok');
    expect(tally(await Promise.all(callersNamed('new', 150).map((caller) => ask(caller))))).toEqual({ ok: 150 });
  });

  it('G17: a limiter at one endpoint does not delay others', async () => {
    const { workspace, ask } = await openLimited({
      latencyMs: () => 20,
      isLimited: (endpoint) => endpoint === 'im.counters',
    });
    const query = `{ viewer { user { name } } ${counters().slice(1)}`;
    const answers = await Promise.all(callersNamed('new', 60).map((caller) => ask(query, caller)));
    expect(codesOf(answers)).toEqual({ RATE_LIMITED: 50, ok: 10 });
    expect(workspace.refused).toBeLessThanOrEqual(1);
    expect(answers.filter(({ data }) => (data?.['viewer'] as { user: unknown } | undefined)?.user == null)).toEqual([]);
  });

  it('M5: an exhausted window gets at most one call, from any number of new callers and tokens', async () => {
    const { workspace, ask } = await openLimitedCalls();
    await Promise.all(times(10, () => ask(login('early'))));
    for (const login_ of [1, 2, 3]) {
      for (const caller of callersNamed('late', 12, login_)) expect(await ask(caller)).toBe('RATE_LIMITED');
    }
    expect([workspace.calls.length, workspace.refused]).toEqual([11, 1]);
  });

  it('M5: the probing call finds out whether its caller is exempt', async () => {
    const { workspace, ask } = await openLimitedCalls({ isExempt: (userId) => userId === 'bot' });
    await Promise.all(times(10, () => ask(login('early'))));
    expect(await ask(login('bot'))).toBe('ok');
    await ask(login('bot', 2), 'me'); // so that this one of their tokens is known to be theirs
    for (const login_ of [1, 2])
      expect(tally(await Promise.all(times(3, () => ask(login('bot', login_)))))).toEqual({ ok: 3 });
    expect(await ask(login('early'))).toBe('RATE_LIMITED');
    expect(workspace.refused).toBe(0);
  });

  it('S6: an exempt caller is not taken for limited if the probing call fails before the limiter', async () => {
    const { workspace, ask } = await openLimitedCalls({
      isExempt: (userId) => userId === 'bot',
      refuses: ({ query }) =>
        query.get('roomId') === 'secret' ? { status: 403, body: missing, isBefore: true } : undefined,
    });
    await Promise.all(times(10, () => ask(login('early'))));
    expect(await ask(login('bot'), 'im.counters', 'secret')).toBe('FORBIDDEN');
    expect(await ask(login('bot'))).toBe('ok');
    expect(workspace.refused).toBe(0);
  });

  it('H4: another user is served while two tokens of one user want far more than the window holds', async () => {
    const { workspace, ask } = await openLimitedCalls({ rateLimit: { calls: 10, ms: 300 } });
    await Promise.all([1, 2].map((login_) => ask(login('alice', login_))));
    const greedy = times(400, (call) => ask(login('alice', 1 + (call % 2)), 'im.counters', `room${call}`, 3000));
    const others = [];
    for (let call = 0; call < 4; call += 1) others.push(await ask(login('erin')));
    expect(tally(others)).toEqual({ ok: 4 });
    expect(tally(await Promise.all(greedy))['OVERLOADED']).toBeGreaterThan(100);
    expect(workspace.refused).toBe(0);
  });
});

describe('Clocks that differ', () => {
  it('M5: a response under way when its window ended does not make its caller exempt', async () => {
    const { workspace, ask } = await openLimited({
      rateLimit: { calls: 10, ms: 300 },
      latencyMs: ({ query }) => (query.get('messageId') === 'slow0' ? 900 : 0),
    });
    expect((await ask(receipts(1, 'slow'), login('new'))).code).toBe('ok');
    workspace.configure({ rateLimit: { calls: 10, ms: 60_000 } });
    const { errors } = await ask(receipts(40), login('new'));
    expect([errors?.length, workspace.calls.length, workspace.refused]).toEqual([30, 10, 0]);
  });

  it.each([-65_000, 400, 30_000])(
    'M5: a workspace that is %i ms ahead is sent no call too many, and waited for no longer than its window lasts',
    async (skewMs) => {
      const { workspace, ask } = await openLimited({ rateLimit: { calls: 10, ms: 500 }, skewMs });
      const { code } = await ask(receipts(25), login('new'));
      expect([code, workspace.calls.length, workspace.refused]).toEqual(['ok', 25 + 1, 0]); // and whether they are of direct messages
    },
  );
});

describe('Callers not yet accepted by the workspace', () => {
  it('claim 16: upstreamBudget is empty for a caller whom the workspace has not accepted', async () => {
    const { ask } = await openLimited();
    await ask(counters(), login('early'));
    const budget = '{ upstreamBudget { endpoint remaining } }';
    expect((await ask(budget, login('early'))).data).toEqual({
      upstreamBudget: [{ endpoint: 'im.counters', remaining: 9 }],
    });
    expect((await ask(budget, { id: 'early', token: 'made-up' })).data).toEqual({ upstreamBudget: [] });
    await ask(counters(), { id: 'early', token: 'made-up' });
    expect((await ask(budget, { id: 'early', token: 'made-up' })).data).toEqual({ upstreamBudget: [] });
    expect((await ask(budget, login('early', 2))).data).toEqual({ upstreamBudget: [] });
  });
});

describe('The call allowance', () => {
  it('S8: all logins of a user share one allowance', async () => {
    const { workspace, ask } = await openLimited(
      { rateLimit: false },
      { CALLER_CALLS_PER_MINUTE: '10', MAX_UPSTREAM_CALLS: '10' },
    );
    const statuses = [];
    for (let login_ = 1; login_ <= 5; login_ += 1) {
      for (let call = 0; call < 4; call += 1) statuses.push((await ask(counters(), login('alice', login_))).status);
    }
    expect([tally(statuses), workspace.calls.length]).toEqual([{ 200: 10, 429: 10 }, 10]);
  });

  it('S8: made-up tokens for a user do not use up the user’s allowance', async () => {
    const { ask } = await openLimited(
      { rateLimit: false },
      { CALLER_CALLS_PER_MINUTE: '10', MAX_UPSTREAM_CALLS: '10' },
    );
    expect((await ask(counters(), login('alice'))).status).toBe(200);
    for (let token = 0; token < 40; token += 1) await ask(counters(), { id: 'alice', token: `made-up-${token}` });
    for (let call = 0; call < 9; call += 1) expect((await ask(counters(), login('alice'))).code).toBe('ok');
  });
});
