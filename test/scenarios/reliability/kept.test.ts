import { Kind, parse, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors.ts';
import type { Context } from '../../../src/context/request-context.ts';
import { DocumentStore } from '../../../src/operation/document-store.ts';
import { AnswerSize } from '../../../src/context/answer-size.ts';
import { Executor } from '../../../src/operation/compiled/executor.ts';
import { CallAllowance } from '../../../src/operation/allowance.ts';
import { OperationGuard } from '../../../src/operation/size-guard.ts';
import { PersistedQueries } from '../../../src/operation/persisted-queries.ts';
import { CostEstimator } from '../../../src/operation/cost/estimator.ts';
import { createSchema } from '../../../src/schema/executable.ts';
import { AcceptedCallers } from '../../../src/upstream/memory/accepted-callers.ts';
import { heapBytes } from '../../support/heap.ts';

/** A compiled operation never fails but as graphql-js would. */
const noBug = (error: unknown): never => {
  throw error;
};

const mebibyte = 1024 * 1024;
const schema = createSchema();

/** Bytes of heap that something takes once it was filled with far more than it may keep. */
async function filled<Kept>(fill: () => Kept | Promise<Kept>): Promise<{ kept: Kept; heap: number }> {
  const before = heapBytes();
  const kept = await fill();
  return { kept, heap: heapBytes() - before };
}

/** A string with its own memory, like one from the network: not a slice of a longer one. */
const asReceived = (text: string): string => Buffer.from(text).toString();

const times = (count: number, write: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => write(index)).join(' ');

/** Fragments of attachments that use the next one twice, each time otherwise. */
const nesting = (levels: number): string =>
  times(levels, (level) => {
    const next = level + 1 < levels ? `...F${level + 1}` : 'url';
    return `fragment F${level} on ${level === 0 ? 'Message' : 'Attachment'} { a: attachments { kind ${next} } b: attachments { title ${next} } }`;
  });

/** Documents that weigh by something else each, and variables for many forms and plans of each. */
const documents: Readonly<Record<string, (index: number) => string>> = {
  'the forms of fragments that unfold': (index) =>
    `query Q${index}($a: Boolean!, $n: Int) { directMessage(id: "r") { t: __typename @include(if: $a) messages(first: $n) { nodes { ...F0 } } } } ${nesting(7)}`,
  'many small ones': (index) =>
    `query Q${index}($a: Boolean!, $n: Int) { viewer { userId @include(if: $a) directMessages(first: $n) { totalCount } } }`,
  'many tokens': (index) =>
    `query Q${index}($a: Boolean!, $n: Int) { viewer { userId @include(if: $a) } ${times(45, (alias) => `a${alias}: message(id: "${index}") { id }`)} v: viewer { directMessages(first: $n) { totalCount } } }`,
  'long comments': (index) => `{ viewer { unreadCount } } #${index} ${'é'.repeat(20_000)}中`,
  'short comments': (index) => `{ viewer { unreadCount } } #${index}\n${'#\n'.repeat(5000)}`,
  'long texts': (index) => `{ message(id: """${index}${'\n é中'.repeat(4000)}""") { id } }`,
  'long lists': (index) =>
    `{ directMessage(id: "r") { ${times(10, (alias) => `a${alias}: messages(filterBy: { mentioning: [${times(80, (id) => `"${index}-${alias}-${id}"`)}] }) { totalCount }`)} } }`,
};

/** Documents of several kinds in turn, each with its compiled forms and costs, until `bytes` are kept. */
async function fill(bytes: number, writers: readonly ((index: number) => string)[]) {
  const store = new DocumentStore();
  const [executor, planner] = [new Executor(schema, store, noBug), new CostEstimator(schema, store)];
  let used = 0;
  for (let index = 0; used < bytes; index += 1) {
    const document = parse(asReceived(writers[index % writers.length]?.(index) ?? ''));
    const operation = document.definitions.find(
      (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
    );
    if (operation === undefined) throw new Error('no operation');
    await store.set(`${index}`, document);
    for (let time = 0; time < 2; time += 1) store.use(document);
    const before = store.bytes;
    for (let form = 0; form < 6; form += 1) {
      const variables = { a: form % 2 === 0, n: -form };
      planner.estimate(document, operation, variables);
      // It is not run: there is no workspace.
      const context = {
        answerSize: new AnswerSize(() => true),
        get loaders(): never {
          throw new GatewayError('UPSTREAM_UNAVAILABLE', 'none');
        },
      } as unknown as Context;
      await executor.execute(document, operation, variables, context, true);
    }
    used += 50_000 + Math.max(0, store.bytes - before);
  }
  return { store, executor, planner };
}

describe('Memory that outlives a request', () => {
  it.each(Object.entries(documents))(
    'C1: documents, with forms and plans, take what is said of them, and no more: %s',
    async (_what, write) => {
      const { kept, heap } = await filled(() => fill(6 * mebibyte, [write]));
      expect(heap).toBeLessThan(kept.store.bytes + mebibyte);
    },
  );

  it('C1: documents with their compiled forms and costs stay within their memory limit', async () => {
    const { kept, heap } = await filled(() => fill(70 * mebibyte, Object.values(documents)));
    expect(kept.store.bytes).toBeLessThanOrEqual(40 * mebibyte);
    expect(kept.store.bytes).toBeGreaterThan(38 * mebibyte);
    expect(heap).toBeLessThan(40 * mebibyte);
  });

  it('C1: queries that passed the size guard stay within their memory limit', async () => {
    const { kept, heap } = await filled(() => {
      const guard = new OperationGuard();
      for (let index = 0; index < 5000; index += 1)
        guard.refusalOf(asReceived(`{ a } #${index} ${'中'.repeat(index % 2 === 0 ? 2000 : 0)}`), true);
      return guard;
    });
    expect(kept.bytes).toBeLessThanOrEqual(4 * mebibyte);
    expect(heap).toBeLessThan(5 * mebibyte);
  });

  it.each([
    ['small', ''],
    ['large', '中'.repeat(4000)],
  ])('C1: %s automatic persisted queries stay within their memory limit', async (_size, filler) => {
    const { kept, heap } = await filled(() => {
      const store = new PersistedQueries();
      for (let index = 0; index < 50_000 / (1 + filler.length / 200); index += 1)
        store.register(`${index}`.padStart(64, '0'), asReceived(`{ a${index} } # ${filler}`));
      return store;
    });
    expect(kept.bytes).toBeLessThanOrEqual(16 * mebibyte);
    expect(heap).toBeLessThan(18 * mebibyte);
  });

  it('C1: callers, accepted or not, stay within their memory limit', async () => {
    const { kept, heap } = await filled(() => {
      const accepted = new AcceptedCallers();
      const fairness = new CallAllowance({
        callsPerMinute: 600,
        userOf: (key) => accepted.userOf(key),
        claimOf: (key) => key,
      });
      for (let index = 0; index < 30_000; index += 1) {
        const key = asReceived(`${index}`.padStart(43, 'x'));
        accepted.accept(key, `user${index}`);
        const charge = fairness.charge(key, 0);
        if ('settle' in charge) charge.settle(0);
      }
      return { accepted, fairness };
    });
    expect([kept.accepted.size, kept.fairness.knownUsers]).toEqual([10_000, 10_000]);
    expect(heap).toBeLessThan(8 * mebibyte);
  });
});
