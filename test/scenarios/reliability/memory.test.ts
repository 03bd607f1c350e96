import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startSmallProcess, type SmallProcess } from '../../support/small-process.ts';
import { alice, callerNamed } from '../../support/tiny-workspace.ts';

/** Megabytes of heap that a process may have: a fifth of a usual container, so that a leak ends it soon. */
const smallHeap = 96;
/** Megabytes by which the heap of a process may be larger after an attack than before. */
const growth = 60;

/** `directMessage(id:)` whose fragments nest, with conditions: of `levels` levels, and other than each before. */
function nesting(index: number, levels: number): string {
  const names = ['a', 'b', 'c', 'd'];
  const fragments = Array.from({ length: levels }, (_, level) => {
    const next = level + 1 < levels ? `...F${level + 1}` : 'url';
    return `fragment F${level} on ${level === 0 ? 'Message' : 'Attachment'} { a: attachments { kind ${next} } b: attachments { title ${next} } }`;
  });
  const marks = names.map((name) => `${name}: id @include(if: $${name})`).join(' ');
  return `query Q${index}($first: Int, ${names.map((name) => `$${name}: Boolean!`).join(' ')}) { directMessage(id: "markup-room") { ${marks} messages(first: $first) { nodes { ...F0 } } } } ${fragments.join(' ')}`;
}

const conditions = (bits: number) =>
  Object.fromEntries(['a', 'b', 'c', 'd'].map((name, index) => [name, Math.floor(bits / 2 ** index) % 2 === 1]));

/** Sends all requests, `width` at a time, and counts each status. */
async function attack(
  gateway: SmallProcess,
  bodies: readonly Record<string, unknown>[],
  callerOf: (index: number) => { id: string; token: string } | undefined,
  width = 4,
) {
  const statuses: Record<number, number> = {};
  let next = 0;
  const work = async () => {
    while (next < bodies.length) {
      const index = next;
      next += 1;
      const { status } = await gateway.ask(bodies[index] ?? {}, callerOf(index));
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return statuses;
}

const forms = (documents: number, first: number) =>
  Array.from({ length: documents }, (_, document) =>
    Array.from({ length: 17 }, (_unused, bits) => ({
      query: nesting(document, 7),
      variables: { first, ...conditions(bits) },
    })),
  ).flat();

/**
 * Megabytes of heap beyond `before`. What belongs to answered requests may take a moment to go, on a busy machine seconds: a
 * leak stays.
 */
async function heldBeyond(gateway: SmallProcess, before: number, most: number): Promise<number> {
  let held = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 20 && held >= most; attempt += 1) {
    if (attempt > 0) await delay(250);
    held = (await gateway.heap()) - before;
  }
  return held;
}

describe('A process with a small heap', () => {
  it('C1: a small heap survives many operations of callers with made-up credentials and keeps none of them compiled', async () => {
    const gateway = await startSmallProcess(smallHeap);
    await gateway.ask({ query: '{ viewer { userId } }' }, alice);
    const before = await gateway.heap();
    const statuses = await attack(gateway, forms(8, 0), (index) => ({
      id: `nobody${index % 7}`,
      token: 'x'.repeat(43),
    }));
    expect(statuses).toEqual({ 200: 136 });
    expect(await heldBeyond(gateway, before, growth / 6)).toBeLessThan(growth / 6);
  });

  it('C1: a small heap survives compiled operations of accepted callers, with and without calls', async () => {
    const gateway = await startSmallProcess(smallHeap);
    await gateway.ask({ query: '{ viewer { user { id } } }' }, alice);
    const before = await gateway.heap();
    expect(await attack(gateway, forms(12, 0), () => alice)).toEqual({ 200: 204 });
    expect(await attack(gateway, forms(12, 1), () => alice)).toEqual({ 200: 204 });
    expect(await heldBeyond(gateway, before, growth)).toBeLessThan(growth);
  });

  it('C1: a small heap survives pages of heavy rows, in one request and in many', async () => {
    const gateway = await startSmallProcess(2 * smallHeap);
    await gateway.ask({ query: '{ viewer { user { id } } }' }, alice);
    const before = await gateway.heap();
    const pages = Array.from({ length: 20 }, (_, index) => `a${index}: messages(first: ${31 + index}) { totalCount }`);
    const query = (from: number, to: number) =>
      `{ directMessage(id: "markup-room") { ${pages.slice(from, to).join(' ')} } }`;
    expect(await gateway.ask({ query: query(0, 20) }, alice)).toMatchObject({
      status: 400,
      text: expect.stringContaining('33554432 bytes'),
    });
    const statuses = await attack(
      gateway,
      Array.from({ length: 8 }, () => ({ query: query(15, 20) })),
      (index) => callerNamed(`caller${index}`),
      8,
    );
    expect(Object.keys(statuses)).not.toContain('0');
    expect(await heldBeyond(gateway, before, growth / 6)).toBeLessThan(growth / 6);
  });

  it('C1: a small heap survives a flood of callers', async () => {
    const gateway = await startSmallProcess(smallHeap);
    await gateway.ask({ query: '{ viewer { user { id } } }' }, alice);
    const before = await gateway.heap();
    const bodies = Array.from({ length: 400 }, () => ({ query: '{ viewer { user { id } } }' }));
    await attack(gateway, bodies, (index) => callerNamed(`user${index}`));
    expect(await heldBeyond(gateway, before, growth / 6)).toBeLessThan(growth / 6);
  });

  it('C1: what requests held is garbage at once, without a look at the whole heap', async () => {
    const gateway = await startSmallProcess(256);
    const query = '{ viewer { user { username } } }';
    const requests = Array.from({ length: 1000 }, () => ({ query }));
    const ask = () => attack(gateway, requests, () => alice);
    await ask(); // compiles the operation and the gateway's own code
    await ask();
    await gateway.heap();
    const before = await gateway.left();
    expect(await ask()).toEqual({ 200: requests.length });
    expect((await gateway.left()) - before).toBeLessThan(1);
  });
});
