import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLog, describeUnexpected, hasTokenLength, Redactor } from '../../src/observability/log.ts';
import { createRandom } from '../support/random.ts';

function logging() {
  const lines: string[] = [];
  const redactor = new Redactor();
  return { lines, redactor, log: createLog('info', redactor, { write: (line) => void lines.push(line) }) };
}

describe('Log', () => {
  it('log lines redact fields whose name is one that tokens go by', () => {
    const { lines, log } = logging();
    const deep = { a: { b: { c: { authToken: 'short-secret' } } } };
    log.info({
      'x-auth-token': 'short-secret',
      headers: { authorization: 'short-secret', 'X-Auth-Token': ['short-secret', '"short-secret"'] },
      deep,
      end: 1,
    });
    log.child({ cookie: 'a\\" short-secret', end: 2 }).info({ Cookie: '' });
    expect(lines.join('')).not.toContain('short-secret');
    expect(lines.map((line) => (JSON.parse(line) as { end: number }).end)).toEqual([1, 2]);
  });

  it.each(['x-auth-token', 'X-Auth-Token', 'authToken', 'authorization', 'cookie'])(
    'log lines keep the field %s with its value redacted, at any depth',
    (name) => {
      const { lines, log } = logging();
      log.info({ [name]: 'a "b" \\', one: { [name]: ['b', 'c'], two: { three: { [name]: 'c' } } }, after: 'words' });
      const inner = { [name]: '[redacted]' };
      expect(JSON.parse(lines.join(''))).toMatchObject({
        ...inner,
        one: { ...inner, two: { three: inner } },
        after: 'words',
      });
    },
  );

  it('log lines show errors of libraries without their stacks', () => {
    const { lines, log } = logging();
    const refused = Object.assign(new TypeError('refused'), { code: 'ECONNREFUSED' });
    log.error({ err: refused, error: { message: 'late', stack: 'Error: late\n    at f (/a.js:1:1)' } });
    log.error({ error: 'a text' });
    log.error({ error: null });
    const [first, ...others] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).toMatchObject({
      err: { kind: 'TypeError', message: 'refused', code: 'ECONNREFUSED' },
      error: { message: 'late' },
    });
    expect(others.map(({ error }) => error)).toEqual(['a text', null]);
    expect(lines.join('')).not.toContain('stack');
  });

  it('log lines keep fields whose name only contains a token’s name, and values that are not strings', () => {
    const { lines, log } = logging();
    log.info({ cookies: 'a', 'my-authorization': 'b', authorization: 5, cookie: null, text: 'cookie: c' });
    expect(JSON.parse(lines.join(''))).toMatchObject({
      cookies: 'a',
      'my-authorization': 'b',
      authorization: 5,
      cookie: null,
      text: 'cookie: c',
    });
  });

  it('a token is redacted until the last request that holds it has ended', () => {
    const { redactor } = logging();
    const token = 'x'.repeat(32);
    const [first, second] = [redactor.hold(token), redactor.hold(token)];
    expect(redactor.clean(`${token} and ${token}`)).toBe('[redacted] and [redacted]');
    first();
    first(); // releasing twice counts once
    expect(redactor.clean(token)).toBe('[redacted]');
    second();
    expect(redactor.clean(token)).toBe(token);
    const third = redactor.hold(token);
    second();
    expect(redactor.clean(token)).toBe('[redacted]');
    expect(redactor.held).toBe(1);
    third();
    expect([redactor.clean(token), redactor.held]).toEqual([token, 0]);
    redactor.hold('y'.repeat(31));
    expect(redactor.clean('y'.repeat(31))).toBe('y'.repeat(31));
  });

  it('the token of a request in progress is redacted anywhere in a log line', () => {
    const { lines, log, redactor } = logging();
    const token = 'a-token-that-is-"not"-of-the-usual-form';
    const release = redactor.hold(token);
    const again = redactor.hold(token);
    again();
    log.info({ query: `a ${token} in a text` }, `and ${token} in the message`);
    release();
    expect(lines.join('')).not.toContain('token-that-is');
    expect(JSON.parse(lines.join(''))).toMatchObject({
      query: 'a [redacted] in a text',
      msg: 'and [redacted] in the message',
    });
  });

  it('the line of a request is what the log writes of other lines, without tokens, and respects the level', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_764_100_000_000 });
    onTestFinished(() => void vi.useRealTimers());
    const { lines, log, redactor } = logging();
    const token = 'RScctEHSmLGZGywfIhWyRpyofhKOiMoUIpimhvheU3f';
    redactor.hold(token);
    const fields = {
      a: 'é "x" \n',
      b: undefined,
      c: 1.5,
      d: { e: [1], f: token },
      cookie: 'c',
      g: `x${token}`,
      h: null,
    };
    log.info(fields);
    log.writeInfo(fields);
    expect(lines[1]).toBe(lines[0]);
    expect(lines.join('')).not.toContain(token);
    log.level = 'warn';
    log.writeInfo(fields);
    log.level = 'debug';
    log.writeInfo(fields);
    expect(lines).toHaveLength(3);
  });

  it('a client that sends common words as its token does not redact them from log lines', () => {
    const { lines, log, redactor } = logging();
    for (const token of [
      '"',
      ',',
      '1',
      'status',
      '"status":200',
      'UPSTREAM_UNAVAILABLE',
      String(Date.now()).slice(0, 6),
    ])
      redactor.hold(token);
    log.info({ status: 200, codes: { UPSTREAM_UNAVAILABLE: 1 } });
    expect(JSON.parse(lines.join(''))).toMatchObject({ status: 200, codes: { UPSTREAM_UNAVAILABLE: 1 } });
  });

  it('anything in the form of a Rocket.Chat token is redacted from log lines', () => {
    const { lines, log } = logging();
    const token = 'RScctEHSmLGZGywfIhWyRpyofhKOiMoUIpimhvheU3f';
    log.info({ any: `?authToken=${token}` });
    expect(JSON.parse(lines.join(''))).toMatchObject({ any: '?authToken=[redacted]' });
  });

  it('the token of a request in progress is redacted inside a longer word, wherever that stands', () => {
    const { redactor } = logging();
    const token = 'RScctEHSmLGZGywfIhWyRpyofhKOiMoUIpimhvheU3f';
    const release = redactor.hold(token);
    for (let before = 0; before < 100; before += 1) {
      const dots = '.'.repeat(before);
      expect(redactor.clean(`${dots}${token}`)).toBe(`${dots}[redacted]`);
      expect(redactor.clean(`${dots}-${token}_ "`)).toBe(`${dots}-[redacted]_ "`);
    }
    release();
    expect(redactor.clean(`-${token}_`)).toBe(`-${token}_`);
    expect(redactor.clean(`.${token}.`)).toBe('.[redacted].');
  });

  it('a line has the length of a token where a search for its form would find 43 characters in a row', () => {
    const random = createRandom(43);
    for (let run = 0; run < 2000; run += 1) {
      const line = Array.from({ length: 1 + random.below(8) }, () =>
        random.pick(['a', 'z', 'A', 'Z', '0', '9', '-', '_']).repeat(random.below(90)),
      ).join(random.pick(['.', '/', ':', '@', '[', '`', '{', '^', 'é', ' ', '']));
      expect([line, hasTokenLength(line)]).toEqual([line, /[\w-]{43}/.test(line)]);
    }
  });
});

describe('Unexpected errors', () => {
  it('an unexpected error is logged with its kind and stack frames, without its message', () => {
    const described = describeUnexpected(new TypeError('private words'));
    expect(described.kind).toBe('TypeError');
    expect(described.frames.length).toBeGreaterThan(0);
    expect(JSON.stringify(described)).not.toContain('private words');
    expect(describeUnexpected('private words')).toEqual({ kind: 'string', frames: [] });
  });

  it('an unexpected error is logged with at most twelve stack frames, and with none if it has no stack', () => {
    const error = new RangeError('x');
    error.stack = [
      'RangeError: private words',
      ...Array.from({ length: 20 }, (_, index) => `    at place${index} (file.ts:1)`),
    ].join('\n');
    expect(describeUnexpected(error).frames).toEqual(
      Array.from({ length: 12 }, (_, index) => `at place${index} (file.ts:1)`),
    );
    delete error.stack;
    expect(describeUnexpected(error)).toEqual({ kind: 'RangeError', frames: [] });
  });
});
