import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { jsonBytes } from '../../src/json.ts';
import { AnswerSize } from '../../src/context/answer-size.ts';

const mebibyte = 1024 * 1024;
const refused = (size: AnswerSize, values: number, bytes: number): string | undefined => {
  try {
    size.add(values, bytes);
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
};

describe('AnswerSize', () => {
  it('H2: a response may have 30,000 values, and no more', () => {
    const size = new AnswerSize(() => true);
    for (let count = 0; count < 3; count += 1) size.add(10_000, 1);
    expect(size.refusal).toBeUndefined();
    expect(refused(size, 1, 1)).toBe(size.refusal?.message);
    expect(size.refusal?.extensions).toEqual({ code: 'QUERY_TOO_COMPLEX', http: { status: 400 } });
  });

  it('H2: a response may have 8 MiB once the workspace has accepted the caller, even during the request', () => {
    let isAccepted = false;
    const size = new AnswerSize(() => isAccepted);
    size.add(0, 256 * 1024);
    isAccepted = true;
    size.add(0, 8 * mebibyte - 256 * 1024);
    expect(size.refusal).toBeUndefined();
    expect(refused(size, 0, 1)).toMatch(/exceeds 30000 values or 8388608 bytes\. Ask for smaller pages/);
  });

  it('H3: a response to a caller who is not accepted may have 256 KiB', () => {
    const size = new AnswerSize(() => false);
    size.add(0, 256 * 1024);
    expect(refused(size, 0, 1)).toMatch(/ 262144 bytes/);
  });

  it('another run restarts the count from the kept base, and a rejection stays', () => {
    const size = new AnswerSize(() => true);
    size.add(10, 100);
    size.holdBase();
    size.add(5, 50);
    expect([size.begin(), size.begin()]).toEqual([true, false]);
    size.reset();
    expect([size.values, size.bytes, size.begin()]).toEqual([10, 100, true]);
    size.addError(new Error('unexpected'));
    expect([size.values, size.bytes]).toEqual([20, 400]);
    expect(refused(size, 30_000, 0)).toBeDefined();
    size.reset();
    expect(size.refusal).toBeDefined();
  });

  it('H2: too many failed fields reject the request with the error of one of them', () => {
    const error = new GatewayError('UPSTREAM_TIMEOUT', 'The workspace did not answer.');
    for (const [cause, code] of [
      [error, 'UPSTREAM_TIMEOUT'],
      [new Error('unexpected'), 'QUERY_TOO_COMPLEX'],
    ] as const) {
      const size = new AnswerSize(() => true);
      for (let count = 0; count < 3000; count += 1) size.addError(cause);
      expect(size.refusal).toBeUndefined();
      expect(() => size.addError(cause)).toThrow(GatewayError);
      expect(size.refusal?.code).toBe(code);
    }
  });

  it('H2: a response that could be larger in UTF-8 than in characters is measured before it is sent', () => {
    const measured = (isAccepted: boolean, length: number, answer: unknown) => {
      const size = new AnswerSize(() => isAccepted);
      size.add(1, length);
      try {
        size.measure((most) => jsonBytes(answer, most));
      } catch {}
      return [size.bytes, size.refusal !== undefined];
    };
    const mebi = '\u0001'.repeat(mebibyte);
    expect(measured(true, 100, '"')).toEqual([100, false]); // too small to be looked at
    expect(measured(true, 100_000, '"')).toEqual([100_000, false]);
    expect(measured(true, mebibyte, mebi)).toEqual([mebibyte, false]);
    expect(measured(true, 1.4 * mebibyte, mebi)).toEqual([6 * mebibyte + 2, false]);
    expect(measured(true, 1.4 * mebibyte, [mebi, mebi])).toEqual([12 * mebibyte + 7, true]);
    expect(measured(false, 50_000, 'x'.repeat(50_000))).toEqual([50_002, false]);
    expect(measured(false, 50_000, '\u0001'.repeat(50_000))).toEqual([300_002, true]);
  });

  it('a rejected response is not measured', () => {
    const size = new AnswerSize(() => true);
    size.add(1, 2 * mebibyte);
    size.refuse('no');
    size.measure(() => expect.unreachable());
    expect(size.bytes).toBe(2 * mebibyte);
  });

  it('growth is told at each 2,000 values, not at each byte, and up to the limit', () => {
    const told: number[] = [];
    const size = new AnswerSize(
      () => true,
      (values) => told.push(values),
    );
    size.add(2000, 1);
    size.add(0, mebibyte);
    expect(told).toEqual([]);
    size.add(1, 1);
    size.add(2000, 1);
    expect(told).toEqual([2001]);
    size.add(1, 1);
    expect(told).toEqual([2001, 4002]);
    size.add(25_998, 1);
    expect(refused(size, 1, 1)).toBeDefined();
    expect(told).toEqual([2001, 4002, 30_000, 30_001]);
  });
});
