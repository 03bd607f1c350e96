import { afterEach, describe, expect, it, vi } from 'vitest';
import { Exchange, type ExchangeOptions } from '../../../src/upstream/transport/exchange.ts';
import { cancelled } from '../../../src/upstream/transport/transport-error.ts';

const mebibyte = 1024 * 1024;

function open(given: Partial<ExchangeOptions> = {}) {
  const resolve = vi.fn<ExchangeOptions['resolve']>();
  const usual = { request: '', wantsBytes: false, maxBodyBytes: 8 * mebibyte, timeoutMs: 60_000, onData: undefined };
  const options = { ...usual, resolve, ...given };
  return { exchange: new Exchange(options), resolve };
}

afterEach(() => void vi.useRealTimers());

describe('An exchange', () => {
  it.each([0, 1, 2, 1023, 1024, 1025, 3000])('has its body whole, in order, from %i chunks', (count) => {
    const { exchange, resolve } = open();
    const chunks = Array.from({ length: count }, (_, index) => `${index} `);
    exchange.onHead(200, {});
    for (const chunk of chunks) exchange.onData(Buffer.from(chunk), false);
    exchange.complete();
    expect(resolve).toHaveBeenCalledExactlyOnceWith({ status: 200, headers: {}, body: Buffer.from(chunks.join('')) });
  });

  it('has a body that comes whole as a text, unless its bytes are wanted', () => {
    for (const [wantsBytes, body] of [
      [false, '{"é":"漢😀"}'],
      [true, Buffer.from('{"é":"漢😀"}')],
    ] as const) {
      const { exchange, resolve } = open({ wantsBytes });
      exchange.onData(Buffer.from('{"é":"漢😀"}'), true);
      exchange.complete();
      expect(resolve).toHaveBeenCalledExactlyOnceWith({ status: 0, headers: {}, body });
    }
  });

  it.each([[['of one']], [['of ', 'two']], [['of ', 'three', ' pieces']]])(
    'keeps nothing of the memory in which its body %j arrives',
    (pieces) => {
      const { exchange, resolve } = open({ wantsBytes: true });
      for (const piece of pieces) {
        const bytes = Buffer.from(piece);
        exchange.onData(bytes, pieces.length === 1);
        bytes.fill(0);
      }
      exchange.complete();
      expect(resolve.mock.calls).toMatchObject([[{ body: Buffer.from(pieces.join('')) }]]);
    },
  );

  it('takes little more memory than its bytes, however small the chunks', () => {
    const { exchange } = open();
    const whole = Buffer.alloc(mebibyte, 'a');
    const before = process.memoryUsage().heapUsed;
    for (let index = 0; index < mebibyte; index += 1) exchange.onData(whole.subarray(index, index + 1), false);
    // A Buffer for each of them takes some 140 MB.
    expect((process.memoryUsage().heapUsed - before) / mebibyte).toBeLessThan(40);
    exchange.fail(cancelled());
  });

  it('ends once, and ignores what comes later', () => {
    const received: number[] = [];
    const { exchange, resolve } = open({ onData: (bytes) => received.push(bytes) });
    const leave = vi.fn<() => void>();
    exchange.holder = { leave };
    exchange.onData(Buffer.from('ab'), false);
    exchange.fail(cancelled());
    exchange.fail(cancelled());
    exchange.onData(Buffer.from('x'), false);
    exchange.complete();
    expect([resolve.mock.calls.length, leave.mock.calls.length, exchange.hasEnded]).toEqual([1, 1, true]);
    expect(received).toEqual([2]);
  });

  it('is a time-out after its time and no sooner, and otherwise leaves no timer behind', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { exchange, resolve } = open({ timeoutMs: 1000 });
    const { exchange: other } = open();
    vi.advanceTimersByTime(999);
    expect(exchange.hasEnded).toBe(false);
    vi.advanceTimersByTime(1);
    const timeout = expect.objectContaining({ reason: 'timeout', message: 'no response in 1000 ms' });
    expect(resolve).toHaveBeenCalledExactlyOnceWith(timeout);
    other.complete();
    expect(vi.getTimerCount()).toBe(0);
  });
});
