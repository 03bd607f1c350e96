import { describe, expect, it } from 'vitest';
import { IdleMemory, readingsOfProcess } from '../../src/observability/idle-memory.ts';
import { run } from '../support/child.ts';

const megabyte = 2 ** 20;

/** A process whose memory falls to `floor` when it is collected. */
function processWith({ floor = 100, utilization = 0 } = {}) {
  const state = { rss: floor, utilization, floor, collections: 0 };
  const idleMemory = new IdleMemory({
    utilization: () => state.utilization,
    rss: () => state.rss * megabyte,
    collect: async () => {
      state.collections += 1;
      state.rss = state.floor;
    },
  });
  return { state, idleMemory };
}

describe('Memory of an idle process', () => {
  it('is collected once after it has grown, and again when it has grown again', async () => {
    const { state, idleMemory } = processWith();
    const seen = [];
    for (const rss of [100, 163, 300, 100, 120, 164]) {
      state.rss = rss;
      await idleMemory.look();
      seen.push(state.collections);
    }
    expect(seen).toEqual([0, 0, 1, 1, 1, 2]);
  });

  it('is left alone while requests come', async () => {
    const { state, idleMemory } = processWith({ utilization: 0.02 });
    state.rss = 400;
    await idleMemory.look();
    expect(state.collections).toBe(0);
    state.utilization = 0.019;
    await idleMemory.look();
    expect(state.collections).toBe(1);
  });

  it('is not collected over and over when it is in use', async () => {
    const { state, idleMemory } = processWith();
    state.floor = 390; // what is kept: a large store, say
    state.rss = 400;
    for (let time = 0; time < 5; time += 1) await idleMemory.look();
    expect(state.collections).toBe(1);
  });

  it('is not collected where that is not possible', async () => {
    const idleMemory = new IdleMemory({
      utilization: () => 0,
      rss: (() => {
        let rss = 0;
        return () => (rss += 100 * megabyte);
      })(),
      collect: () => Promise.reject(new Error('no inspector')),
    });
    await expect(idleMemory.look()).rejects.toThrow('no inspector');
  });
});

describe('A process', () => {
  it('tells how busy it was since it was last asked', () => {
    const { utilization } = readingsOfProcess();
    const end = performance.now() + 30;
    while (performance.now() < end);
    expect(utilization()).toBeGreaterThan(0);
    expect(utilization()).toBeLessThanOrEqual(1);
  });

  it('gives back what it no longer uses', async () => {
    const { href } = new URL('../../src/observability/idle-memory.ts', import.meta.url);
    const script = `
      const { readingsOfProcess } = await import('${href}');
      const { rss, collect } = readingsOfProcess();
      let garbage = Array.from({ length: 2e6 }, (_, index) => ({ index }));
      const before = rss();
      garbage = undefined;
      await collect();
      console.log((before - rss()) / ${megabyte});`;
    const { code, stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', script]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(Number(stdout)).toBeGreaterThan(32);
  });
});
