import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
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

describe('the size of an answer', () => {
  it('H2: may be thirty thousand values, and no more, for anybody', () => {
    const size = new AnswerSize(() => true);
    for (let count = 0; count < 3; count += 1) size.add(10_000, 1);
    expect(size.refusal).toBeUndefined();
    expect(refused(size, 1, 1)).toBe(size.refusal?.message);
    expect(size.refusal?.extensions).toEqual({ code: 'QUERY_TOO_COMPLEX', http: { status: 400 } });
  });

  it('H2: may be eight mebibytes for whom the workspace has accepted, also in the course of the request', () => {
    let isAccepted = false;
    const size = new AnswerSize(() => isAccepted);
    size.add(0, 256 * 1024);
    isAccepted = true;
    size.add(0, 8 * mebibyte - 256 * 1024);
    expect(size.refusal).toBeUndefined();
    expect(refused(size, 0, 1)).toMatch(/exceeds 30000 values or 8388608 bytes\. Ask for smaller pages/);
  });

  it('H3: may be a quarter of a mebibyte for others', () => {
    const size = new AnswerSize(() => false);
    size.add(0, 256 * 1024);
    expect(refused(size, 0, 1)).toMatch(/ 262144 bytes/);
  });

  it('begins again for another run with what does not change, but stays refused', () => {
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

  it('H2: is refused with the error of a field where too many of them failed', () => {
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

  it('H2: is measured in bytes before it is written, where it can be larger than its characters', () => {
    const measured = (isAccepted: boolean, length: number, answer: unknown) => {
      const size = new AnswerSize(() => isAccepted);
      size.add(1, length);
      try {
        size.measure(answer);
      } catch {}
      return [size.bytes, size.refusal !== undefined];
    };
    const mebi = '\u0001'.repeat(mebibyte);
    expect(measured(true, 100, '"')).toEqual([100, false]); // too small to be looked at
    expect(measured(true, mebibyte, mebi)).toEqual([mebibyte, false]);
    expect(measured(true, 1.4 * mebibyte, mebi)).toEqual([6 * mebibyte + 2, false]);
    expect(measured(true, 1.4 * mebibyte, [mebi, mebi])).toEqual([12 * mebibyte + 7, true]);
    expect(measured(false, 50_000, 'x'.repeat(50_000))).toEqual([50_002, false]);
    expect(measured(false, 50_000, '\u0001'.repeat(50_000))).toEqual([300_002, true]);
  });
});
