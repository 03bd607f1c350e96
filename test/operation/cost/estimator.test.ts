import { parse, type DocumentNode, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { CallerKnowledge } from '../../../src/context/query-cost.ts';
import { allLists } from '../../../src/loaders/bulk-or-single.ts';
import { CostEstimator } from '../../../src/operation/cost/estimator.ts';
import { schema } from '../../support/cost-of.ts';

const everything: CallerKnowledge = { lists: allLists, knowsRoom: () => true };

/** An estimator that keeps what fits, of one operation. */
function open(query: string, keeps: () => boolean = () => true) {
  const kept: { document: DocumentNode; bytes: number }[] = [];
  const document = parse(query);
  const [operation] = document.definitions as OperationDefinitionNode[];
  if (operation === undefined) expect.unreachable();
  const estimator = new CostEstimator(schema, {
    keep: (of, bytes) => {
      kept.push({ document: of, bytes });
      return keeps();
    },
  });
  const estimate = (variables: Record<string, unknown> = {}, knowledge?: CallerKnowledge) =>
    estimator.estimate(document, operation, variables, knowledge);
  return { kept, document, estimate };
}

const page = 'query ($id: ID!, $first: Int) { directMessage(id: $id) { messages(first: $first) { totalCount } } }';
const knowing = (...known: string[]): CallerKnowledge => ({ lists: allLists, knowsRoom: (id) => known.includes(id) });

describe('Costs', () => {
  it('are kept by the values of the variables', () => {
    const { estimate, kept, document } = open(page);
    const [small, large] = [
      { id: 'a', first: 0 },
      { id: 'a', first: 5 },
    ] as const;
    const [first, second] = [estimate(small), estimate(large)];
    expect([estimate({ ...small }), estimate({ ...large })].map((cost, at) => cost === [first, second][at])).toEqual([
      true,
      true,
    ]);
    expect(first).not.toBe(second);
    expect(kept.map((each) => each.document)).toEqual([document, document]);
  });

  it('are kept once where an operation has no variables, whatever is sent', () => {
    const { estimate, kept } = open('{ viewer { user { name } } }');
    expect(estimate({ a: 1 })).toBe(estimate({ b: 'x'.repeat(600) }));
    expect(kept).toHaveLength(1);
  });

  it('are kept by what is known of the caller', () => {
    const { estimate } = open(page);
    const costs = [
      estimate({ id: 'a' }, everything),
      estimate({ id: 'a' }, { ...everything, lists: { rooms: false, memberships: false } }),
      estimate({ id: 'a' }, { ...everything, lists: { rooms: true, memberships: false } }),
      estimate({ id: 'a' }, { ...everything, lists: { rooms: false, memberships: true } }),
      estimate({ id: 'a' }, knowing()),
    ];
    expect(new Set(costs).size).toBe(5);
    expect(costs.map((cost) => cost?.calls)).toEqual([1, 1, 1, 1, 2]);
    expect(estimate({ id: 'a' })).toBe(costs[0]);
    expect(estimate({ id: 'a' }, knowing())).toBe(costs[4]);
  });

  it('are kept by which of the rooms that it names are unknown', () => {
    const { estimate } = open(
      '{ a: directMessage(id: "a") { messages { totalCount } } b: directMessage(id: "b") { messages { totalCount } } }',
    );
    const costs = [knowing('a', 'b'), knowing('a'), knowing('b'), knowing()].map((known) => estimate({}, known));
    expect(costs.map((cost) => cost?.calls)).toEqual([2, 3, 3, 4]);
    expect(new Set(costs).size).toBe(4);
    expect(estimate({}, knowing('b'))).toBe(costs[2]);
  });

  it('are not kept beyond the memory of documents', () => {
    const { estimate, kept } = open(page, () => false);
    expect(estimate({ id: 'a' })).not.toBe(estimate({ id: 'a' }));
    expect(kept).toHaveLength(2);
  });

  it('weigh 1,500 bytes and two for each character of their texts', () => {
    const { estimate, kept } = open(page);
    const cost = estimate({ id: 'a', first: 5 });
    const key = '11  {"id":"a","first":5}';
    const paths = cost?.heaviest.map(({ path }) => path) ?? [];
    expect([paths, cost?.given]).toEqual([['directMessage.messages'], ['a']]);
    expect(kept[0]?.bytes).toBe(1500 + 2 * [key, ...paths, 'a'].join('').length);
  });

  it('of variables over 512 characters are not kept, and of just as many they are', () => {
    const { estimate, kept } = open(page);
    const ofLength = (length: number) => ({ id: 'x'.repeat(length - JSON.stringify({ id: '' }).length) });
    expect(JSON.stringify(ofLength(512))).toHaveLength(512);
    expect(estimate(ofLength(512))).toBe(estimate(ofLength(512)));
    expect(estimate(ofLength(513))).not.toBe(estimate(ofLength(513)));
    expect(kept).toHaveLength(1);
  });

  it('are 32 for one operation, at most', () => {
    const { estimate, kept } = open(page);
    for (let first = 0; first < 40; first += 1) estimate({ id: 'a', first });
    expect(kept).toHaveLength(32);
    expect(estimate({ id: 'a', first: 31 })).toBe(estimate({ id: 'a', first: 31 }));
    expect(estimate({ id: 'a', first: 32 })).not.toBe(estimate({ id: 'a', first: 32 }));
  });

  it('are none where variables do not fit their types, and nothing is kept of them', () => {
    const { estimate, kept } = open(page);
    expect([estimate({}), estimate({ id: 'a', first: 'many' })]).toEqual([undefined, undefined]);
    expect(kept).toEqual([]);
  });
});
