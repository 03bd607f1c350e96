import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLog, Redactor } from '../../src/observability/log.ts';
import { prettyLog } from '../../src/observability/pretty-log.ts';
import { logRequest, type RequestFigures } from '../../src/observability/request-log.ts';

function logging(hasColours = false) {
  const lines: string[] = [];
  const output = {
    write: (line: string) => void lines.push(line),
    flush: (callback: () => void) => {
      lines.push('flushed');
      callback();
    },
  };
  return { lines, log: createLog('info', new Redactor(), prettyLog(output, hasColours)) };
}

const figures: RequestFigures = {
  requestId: 'r',
  status: 200,
  durationMs: 34.4,
  refusedAs: undefined,
  upstreamCalls: new Map([
    ['im.list', 1],
    ['subscriptions.get', 2],
  ]),
  sharedCalls: 0,
  retries: 0,
  droppedRows: 0,
  savedCalls: undefined,
  isListed: false,
  outcome: { operationName: 'Mailbox' },
};

const lineOf = (changes: Partial<RequestFigures>, hasColours = false): string => {
  const { lines, log } = logging(hasColours);
  logRequest({ ...figures, ...changes }, log, undefined);
  return lines.join('').replace(/\d\d:\d\d:\d\d/, 'hh:mm:ss');
};

describe('The line of a request, for people', () => {
  it('tells when, status, duration, calls and operation', () => {
    expect(lineOf({})).toBe('hh:mm:ss  200    34 ms   3 calls  Mailbox\n');
    expect(lineOf({ upstreamCalls: new Map([['me', 1]]), sharedCalls: 2, outcome: {} })).toBe(
      'hh:mm:ss  200    34 ms   1 call   (unnamed) (2 shared)\n',
    );
  });

  it('names the codes of errors, with their number', () => {
    const errors = { codes: { FORBIDDEN: 1, RATE_LIMITED: 12 }, details: ['x'], unexpected: [] };
    expect(lineOf({ outcome: { operationName: 'Mailbox', errors } })).toBe(
      'hh:mm:ss  200    34 ms   3 calls  Mailbox  FORBIDDEN  RATE_LIMITED ×12\n',
    );
    expect(lineOf({ status: 401, refusedAs: 'UNAUTHENTICATED', upstreamCalls: new Map(), outcome: {} })).toBe(
      'hh:mm:ss  401    34 ms   0 calls  (unnamed)  UNAUTHENTICATED\n',
    );
  });

  it('shows where an unexpected error came from', () => {
    const unexpected = [{ path: 'a', kind: 'TypeError', frames: ['at f (a.ts:1)', 'at g (b.ts:2)'] }];
    const errors = { codes: { INTERNAL_SERVER_ERROR: 1 }, details: [], unexpected };
    expect(lineOf({ outcome: { errors } }).split('\n').slice(1)).toEqual([
      '          TypeError',
      '          at f (a.ts:1)',
      '          at g (b.ts:2)',
      '',
    ]);
  });

  it('has colours only where they are wanted', () => {
    const codes = { codes: { NOT_FOUND: 1 }, details: [], unexpected: [] };
    const [good, odd, bad] = [
      lineOf({}, true),
      lineOf({ outcome: { errors: codes } }, true),
      lineOf({ status: 503 }, true),
    ];
    expect(good).toContain('\u001b[32m200\u001b[39m');
    expect(odd).toContain('\u001b[33m200\u001b[39m');
    expect(bad).toContain('\u001b[31m503\u001b[39m');
    expect(lineOf({ status: 503, outcome: { errors: codes } })).not.toContain('\u001b');
  });
});

describe('Any other line, for people', () => {
  it('tells its level where that matters, its message, and what goes with it', () => {
    const { lines, log } = logging();
    log.info('listening');
    log.warn({ shed: { queue: 2 } });
    log.error({ unexpected: { kind: 'Error', frames: ['at f (a.ts:1)'] } }, 'unhandled rejection');
    log.fatal('gone');
    expect(lines.join('').replaceAll(/\d\d:\d\d:\d\d/g, 'hh:mm:ss')).toBe(
      'hh:mm:ss  listening\n' +
        'hh:mm:ss  warn  {"shed":{"queue":2}}\n' +
        'hh:mm:ss  error  unhandled rejection\n          Error\n          at f (a.ts:1)\n' +
        'hh:mm:ss  error  gone\n',
    );
  });

  it('is that of a request refused under overload too, which has a status and took no time', () => {
    const { lines, log } = logging();
    log.info({ status: 503, shedReason: 'full' });
    expect(lines.join('').replace(/\d\d:\d\d:\d\d/, 'hh:mm:ss')).toBe('hh:mm:ss  {"status":503,"shedReason":"full"}\n');
  });

  it('is in colours of its level', () => {
    const { lines, log } = logging(true);
    log.info('a');
    log.warn('b');
    log.error('c');
    expect(lines.map((line) => line.includes('\u001b[33mwarn') || line.includes('\u001b[31merror'))).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('is written when the log is told to', () => {
    const { lines, log } = logging();
    log.flush(() => lines.push('called back'));
    expect(lines).toEqual(['flushed', 'called back']);
  });
});

describe('Hostile text', () => {
  it('moves no cursor, whoever wrote it', () => {
    const escape = '\u001b[2J\r\n\u202e';
    const errors = { codes: { [escape]: 1 }, details: [], unexpected: [{ kind: escape, frames: [escape] }] };
    for (const line of lineOf({ outcome: { operationName: escape, errors } }).split('\n'))
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    const { lines, log } = logging();
    log.warn({ [escape]: escape }, escape);
    expect(lines.join('').trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('makes one bounded line, whatever a log line holds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 2000 }), fc.json().map(String)), (text) => {
        const lines: string[] = [];
        const output = { write: (line: string) => void lines.push(line), flush: () => undefined };
        prettyLog(output, false).write(text);
        expect(lines.join('')).toMatch(/^[^\p{Cc}\p{Cf}]*\n$/u);
        expect(lines.join('').length).toBeLessThan(1000);
      }),
      { seed: 1 },
    );
  });
});
