import { afterEach, describe, expect, it, vi } from 'vitest';
import { answeringWhenTold } from '../../support/answering.ts';

afterEach(() => void vi.useRealTimers());

describe('With as many connections as may be', () => {
  it('calls wait for their turn, in order', async () => {
    const { get, requests, arrived, answer, used } = await answeringWhenTold({ connections: 1 });
    const calls = ['/1', '/2', '/3'].map((path) => get(path));
    for (let count = 1; count <= 3; count += 1) {
      await arrived(count);
      answer();
    }
    expect(await Promise.all(calls)).toEqual(['x', 'x', 'x']);
    expect(requests.map(({ text }) => text.slice(4, 6))).toEqual(['/1', '/2', '/3']);
    expect(used()).toEqual([1, 1, 1]);
  });

  it('a call that is given up while it waits is never sent, and the next one is', async () => {
    const { get, requests, arrived, answer } = await answeringWhenTold({ connections: 1 });
    let cancel = () => {};
    const first = get('/1');
    const second = get('/2', { onStart: (given) => (cancel = given) });
    const third = get('/3');
    await arrived(1);
    cancel();
    answer();
    await arrived(2);
    answer();
    expect(await Promise.all([first, second, third])).toEqual(['x', 'cancelled: cancelled by the gateway', 'x']);
    expect(requests.map(({ text }) => text.slice(4, 6))).toEqual(['/1', '/3']);
  });

  it('the place of one that ends is the next call’s', async () => {
    const { get, arrived, answer, used } = await answeringWhenTold({ connections: 1 });
    let cancel = () => {};
    const first = get('/1', { onStart: (given) => (cancel = given) });
    const second = get('/2');
    await arrived(1);
    cancel();
    await arrived(2);
    answer(); // of the first, which is gone
    answer();
    expect(await Promise.all([first, second])).toEqual(['cancelled: cancelled by the gateway', 'x']);
    expect(used()).toEqual([1, 2]);
  });

  it('a call that wants a fresh one gets it in the place of a free one, or waits', async () => {
    const { get, arrived, answer, used } = await answeringWhenTold({ connections: 1 });
    expect([await get('/now'), await get('/now', { isFresh: true })]).toEqual(['now', 'now']);
    expect(used()).toEqual([1, 2]);
    const busy = get('/1');
    const fresh = get('/now', { isFresh: true });
    await arrived(3);
    answer();
    expect([await busy, await fresh, used()]).toEqual(['x', 'now', [1, 2, 2, 3]]);
  });

  it('a call that waits for a fresh one keeps its place', async () => {
    const { get, arrived, answer, requests } = await answeringWhenTold({ connections: 1 });
    const calls = [get('/1'), get('/2', { isFresh: true }), get('/3'), get('/4')];
    for (let count = 1; count <= 4; count += 1) {
      await arrived(count);
      answer();
    }
    await Promise.all(calls);
    expect(requests.map(({ text }) => text.slice(4, 6))).toEqual(['/1', '/2', '/3', '/4']);
  });

  it('closing ends all that they carry, all that waits, and what comes later', async () => {
    const { get, arrived, transport, open, requests } = await answeringWhenTold({ connections: 2 });
    const calls = Array.from({ length: 9 }, (_, index) => get(`/${index}`));
    await arrived(2);
    transport.close();
    const outcomes = await Promise.all([...calls, get('/late')]);
    expect(outcomes).toEqual(Array.from({ length: 10 }, () => 'cancelled: cancelled by the gateway'));
    await vi.waitFor(() => expect(open()).toBe(0));
    expect(requests).toHaveLength(2);
  });

  it('closing leaves no timer behind', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { get, transport } = await answeringWhenTold({ connections: 1 });
    const calls = [get('/now'), get('/1'), get('/2')];
    await calls[0];
    transport.close();
    await Promise.all(calls);
    expect(vi.getTimerCount()).toBe(0);
  });
});
