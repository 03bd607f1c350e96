import { describe, expect, it, vi } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { HeldBytes } from '../../src/http/held-bytes.ts';
import { RequestWeight } from '../../src/http/request-weight.ts';

const refusal = () => new GatewayError('OVERLOADED', 'too much');

function open(maxBytes = 1e9) {
  const held = new HeldBytes(maxBytes, 0);
  const weight = new RequestWeight(held, refusal);
  const stop = vi.fn<(reason: GatewayError) => void>();
  return { held, weight, stop, request: (isAccepted: boolean) => ({ isAccepted, stop }) };
}

describe('The weight of a request', () => {
  it('is 20 bytes for each of its body, and 300 for each two that may be a token, of 2,000 at most', () => {
    const { held, weight, request } = open();
    weight.begin(request(true), 100);
    expect(held.bytes).toBe(20 * 100 + 300 * 50);
    weight.begin(request(true), 10_000);
    expect(held.bytes).toBe(20 * 10_000 + 300 * 2000);
  });

  it('grows by 3 bytes for each that the workspace sends, and by 128 for each value of the response', () => {
    const { held, weight, request } = open();
    weight.begin(request(true), 0);
    weight.received(1000);
    expect(held.bytes).toBe(3000);
    weight.answered(10);
    expect(held.bytes).toBe(3000 + 1280);
    weight.received(1001);
    expect(held.bytes).toBe(3003 + 1280);
  });

  it('is nothing before it begins and after it has ended', () => {
    const { held, weight, request } = open();
    weight.received(1000);
    weight.answered(1000);
    expect([held.bytes, weight.isAccepted]).toEqual([0, false]);
    weight.begin(request(true), 10);
    expect(weight.isAccepted).toBe(true);
    weight.end();
    expect([held.bytes, weight.isAccepted]).toEqual([0, false]);
    weight.received(5000);
    expect(held.bytes).toBe(0);
  });

  it('that is too much stops the request, once it has begun', () => {
    const { weight, stop, request } = open(1000);
    weight.destroy();
    expect(stop).not.toHaveBeenCalled();
    weight.begin(request(false), 0);
    expect(weight.isAccepted).toBe(false);
    weight.received(1000);
    expect(stop.mock.calls.map(([{ code }]) => code)).toEqual(['OVERLOADED']);
  });
});
