import { Kind, parse, validate, type DocumentNode, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../../src/context/request-context.ts';
import { GatewayError } from '../../../src/errors.ts';
import { DocumentStore } from '../../../src/operation/document-store.ts';
import { AnswerSize } from '../../../src/context/answer-size.ts';
import { Executor } from '../../../src/operation/compiled/executor.ts';
import { maxAnswerBytes, maxStrangerBytes, maxTokens, maxValues } from '../../../src/limits.ts';
import { OperationGuard } from '../../../src/operation/size-guard.ts';
import { CostEstimator } from '../../../src/operation/cost/estimator.ts';
import { createSchema } from '../../../src/schema/executable.ts';
import { bytesSent, search, type Candidate } from '../../support/amplifiers.ts';
import { heapBytes } from '../../support/heap.ts';
import { threadMs } from '../../support/pause.ts';
import { startSmallProcess } from '../../support/small-process.ts';
import { alice } from '../../support/tiny-workspace.ts';

/** A compiled operation never fails but as graphql-js would. */
const noBug = (error: unknown): never => {
  throw error;
};

/**
 * Candidates that are weighed without being sent, and that are sent. `AMPLIFIERS=200000 AMPLIFIERS_SENT=2000` take some
 * minutes, and tell what was heaviest.
 */
const weighed = Number(process.env['AMPLIFIERS'] ?? 4000);
const sentCandidates = Number(process.env['AMPLIFIERS_SENT'] ?? 60);
const seed = Number(process.env['AMPLIFIERS_SEED'] ?? 1);

/** All candidates are valid; one in this many is validated all the same, to measure the time. */
const validatedShare = 4;
const isLong = process.env['AMPLIFIERS_SENT'] !== undefined;

/** What a long search found, way by way. */
function tell(title: string, facts: object, best: Awaited<ReturnType<typeof search>>): void {
  if (!isLong) return;
  const found = best.map(
    ({ weight, candidate: { query, genome } }) =>
      `  ${weight.toFixed(1)} of ${query.length} characters: ${JSON.stringify(genome)}\n`,
  );
  process.stdout.write(`${title}: ${JSON.stringify(facts)}\n${found.join('')}`);
}

const schema = createSchema();

function read(query: string): DocumentNode | undefined {
  try {
    return parse(query, { maxTokens });
  } catch {
    return undefined;
  }
}

describe('A search for short queries that are expensive', () => {
  it(`G16: finds none that keeps too much, or takes long before it runs: ${weighed} candidates`, async () => {
    const store = new DocumentStore();
    const guard = new OperationGuard();
    const [executor, planner] = [new Executor(schema, store, noBug), new CostEstimator(schema, store)];
    const before = heapBytes();
    let sent = 0;
    let allowed = 0;
    const longest = { ms: 0, query: '' };

    /**
     * What comes of it until it would run: refused, or planned and compiled for some of its conditions, as if it came
     * again.
     */
    const weigh = async (candidate: Candidate): Promise<readonly number[]> => {
      const { query, variables, conditions } = candidate;
      const bytes = bytesSent(candidate);
      sent += 1;
      if (bytes > 100 * 1024) return [];
      const startedAt = threadMs();
      const took = () => {
        const ms = threadMs() - startedAt;
        if (ms > longest.ms) Object.assign(longest, { ms, query });
        return ms;
      };
      if (guard.refusalOf(query, true) !== undefined) return [0, 0, took()];
      const document = read(query);
      if (document === undefined) return [0, 0, took()];
      if (sent % validatedShare === 0) expect(validate(schema, document), query).toEqual([]);
      const operation = document.definitions.find(
        (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
      );
      if (operation === undefined) return [];
      const kept = store.bytes;
      await store.set(query, document);
      for (let time = 0; time < 2; time += 1) store.use(document);
      const plan = planner.estimate(document, operation, variables);
      if (plan === undefined || plan.values > maxValues || plan.calls > 100) return [0, 0, took()];
      allowed += 1;
      // Measure all of them only now and then: one is enough to estimate their size.
      const forms = plan.calls === 0 ? 0 : sent % 50 === 0 ? 6 : 1;
      for (let form = 0; form < Math.min(forms, 2 ** conditions.length); form += 1) {
        const chosen = Object.fromEntries(
          conditions.map((name, index) => [name, Math.floor(form / 2 ** index) % 2 === 1]),
        );
        const context = {
          answerSize: new AnswerSize(() => true),
          get loaders(): never {
            throw new GatewayError('UPSTREAM_UNAVAILABLE', 'none');
          },
        } as unknown as Context;
        await executor.execute(document, operation, { ...variables, ...chosen }, context, true);
      }
      expect(store.bytes).toBeLessThanOrEqual(45 * 1024 * 1024);
      return [Math.max(0, store.bytes - kept) / bytes, plan.values / bytes, took()];
    };
    const best = await search({ seed, count: weighed, weigh });
    tell('bytes kept, values planned by byte sent, milliseconds', { sent, allowed, longestMs: longest.ms }, best);
    expect(longest.ms, longest.query.slice(0, 2000)).toBeLessThan(100);
    expect(heapBytes() - before).toBeLessThan(store.bytes + guard.bytes + 4 * 1024 * 1024);
  }, 600_000);

  it(`G16: finds none that blocks the process, or is answered at length: ${sentCandidates} sent candidates`, async () => {
    const gateway = await startSmallProcess(192, { INTROSPECTION: 'on', MAX_UPSTREAM_CALLS: '40' });
    await gateway.ask({ query: '{ viewer { user { id } } }' }, alice);
    const before = await gateway.heap();
    await gateway.longestTurn();
    const nobody = { id: 'nobody', token: 'x'.repeat(43) };
    const statuses: Record<number, number> = {};
    let index = 0;

    const weigh = async (candidate: Candidate): Promise<readonly number[]> => {
      const bytes = bytesSent(candidate);
      if (bytes > 100 * 1024) return [];
      index += 1;
      const caller = [alice, alice, nobody, undefined][index % 4];
      const body = { query: candidate.query, variables: candidate.variables, operationName: 'Q' };
      const context = `${caller?.id ?? 'a stranger'}: ${JSON.stringify(body).slice(0, 3000)}`;
      let answered = 0;
      let longestMs = 0;
      // As it comes for the first time, and again: one form is for graphql-js, the other one compiled.
      for (const isNew of caller === alice ? [true, false] : [true]) {
        let calmest = Number.POSITIVE_INFINITY;
        for (let time = 0; time < 5 && calmest >= 100; time += 1) {
          const { status, text } = await gateway.ask(
            isNew ? { ...body, query: `${body.query}${' '.repeat(time)}` } : body,
            caller,
          );
          statuses[status] = (statuses[status] ?? 0) + 1;
          answered = Buffer.byteLength(text);
          calmest = Math.min(calmest, await gateway.longestTurn());
        }
        expect(calmest, context).toBeLessThan(100);
        longestMs = Math.max(longestMs, calmest);
      }
      expect(statuses[0], context).toBeUndefined();
      expect(answered, context).toBeLessThanOrEqual(caller === alice ? maxAnswerBytes : maxStrangerBytes + 4096);
      return [answered / bytes, longestMs];
    };
    const best = await search({ seed, count: sentCandidates, weigh });
    tell('bytes answered by byte sent, milliseconds', { statuses, heap: [before, await gateway.heap()] }, best);
    expect((await gateway.heap()) - before).toBeLessThan(60);
  }, 600_000);
});
