import { setTimeout as delay } from 'node:timers/promises';
import {
  execute,
  Kind,
  parse,
  validate,
  type DocumentNode,
  type ExecutionResult,
  type OperationDefinitionNode,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import type { RequestContext } from '../../../src/context/request-context.ts';
import { landmarks } from '../../../src/demo/seed.ts';
import { countAnswers } from '../../../src/operation/answer-counting.ts';
import { write } from '../../../src/operation/compiled/write.ts';
import { Executor } from '../../../src/operation/compiled/executor.ts';
import { createSchema } from '../../../src/schema/executable.ts';
import { useDirectRequests } from '../../support/direct-requests.ts';
import { randomOperation } from '../../support/operations.ts';
import { createRandom } from '../../support/random.ts';

/** A compiled operation never fails but as graphql-js would. */
const noBug = (error: unknown): never => {
  throw error;
};

/** Endpoints that answer in a way of their own for a while, as the seed has it. */
const endpoints = [
  'im.counters',
  'dm.messages',
  'im.list',
  'rooms.info',
  'rooms.get',
  'subscriptions.get',
  'users.info',
  'chat.getMessage',
  'im.members',
];
const faults = [
  { status: 403 },
  { status: 500 },
  { body: '<html>' },
  { body: { success: true } },
  { status: 404 },
] as const;

/** A third of what the other property tests run, as each operation is run several times. */
const count = Math.ceil(Number(process.env['PROPERTY_RUNS'] ?? 3000) / 3);
const firstSeed = Number(process.env['PROPERTY_SEED'] ?? 1);
const schema = createSchema();
/** As graphql-js runs it. */
const counted = createSchema();
countAnswers(counted);
const { messages, users, strangerUsername, ...rooms } = landmarks;
const roomIds = Object.values(rooms).filter((value): value is string => typeof value === 'string');
const values = {
  id: [...roomIds, ...roomIds, ...Object.values(messages), ...Object.values(users), 'nothing'],
  messageId: [...Object.values(messages), 'nothing'],
  userId: Object.values(users),
  username: [strangerUsername, 'maya.lindqvist', 'nobody'],
};
const references = [
  ...roomIds.slice(0, 4).map((id) => ({ __typename: 'DirectMessage', id })),
  ...Object.values(messages).map((id) => ({ __typename: 'Message', id })),
  ...[...Object.values(users), 'nobody'].map((id) => ({ __typename: 'User', id })),
];

const requests = useDirectRequests(schema);

const operationOf = (document: DocumentNode): OperationDefinitionNode =>
  document.definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  ) ?? expect.unreachable();

const newContext = (seed: number, document: DocumentNode, variables: Record<string, unknown>): RequestContext =>
  requests.contextOf(seed % 5 === 0 ? 'admin' : 'member', document, variables);

interface Ran {
  readonly text: string | undefined;
  /** As it was counted. */
  readonly values: number;
  readonly bytes: number;
  readonly hasErrors: boolean;
  /** Upstream calls by endpoint. */
  readonly calls: Record<string, number>;
}

/** Cursors of changes hold the time: as long, but not the same in two runs. */
const timeless = (text: string): string =>
  text.replaceAll(/"A[Q-Za-f][\w-]{69,197}"/g, (cursor) => JSON.stringify('c'.repeat(cursor.length - 2)));

const ranAs = (
  data: unknown,
  errors: readonly unknown[] | undefined,
  { upstreamCalls, answerSize }: RequestContext,
): Ran => ({
  text: data === undefined ? undefined : timeless(JSON.stringify(data)),
  values: answerSize.values,
  bytes: answerSize.bytes,
  hasErrors: errors !== undefined,
  calls: Object.fromEntries([...upstreamCalls].toSorted(([a], [b]) => (a < b ? -1 : 1))),
});

async function runReference(
  document: DocumentNode,
  variableValues: Record<string, unknown>,
  contextValue: RequestContext,
): Promise<Ran> {
  const { data, errors } = await execute({ schema: counted, document, variableValues, contextValue });
  return ranAs(data, errors, contextValue);
}

async function runCompiled(
  document: DocumentNode,
  variables: Record<string, unknown>,
  context: RequestContext,
): Promise<Ran> {
  const operation = operationOf(document);
  const executor = new Executor(schema, { keep: () => true }, noBug);
  const data = await executor.execute(document, operation, variables, context, true);
  const form = executor.find(operation, executor.coerce(operation, variables) ?? {});
  const text = data && form && String(write(form.selection, data));
  return { ...ranAs(data, undefined, context), text: text === undefined ? undefined : timeless(text) };
}

describe('Compiled operations', () => {
  it(
    `${count} random operations have the same response, byte for byte, and the same calls compiled as in graphql-js, or are left to it`,
    async () => {
      let compiled = 0;
      let left = 0;
      let entities = 0;
      for (let seed = firstSeed; compiled + left < count; seed += 1) {
        const { query, variables } = randomOperation({ schema, seed, values, references });
        const document = parse(query);
        if (validate(schema, document).length > 0) continue;
        const expected = await runReference(document, variables, newContext(seed, document, variables));
        const actual = await runCompiled(document, variables, newContext(seed, document, variables));
        const context = `seed ${seed}: ${query} ${JSON.stringify(variables)}`;
        if (actual.text === undefined) {
          left += 1;
          expect(expected.hasErrors || /__schema|__type\b/.test(query), context).toBe(true);
        } else {
          compiled += 1;
          if (query.includes('_entities')) entities += 1;
          // An operation without a field is answered without a resolver, by whom graphql-js counts.
          const { values, bytes } = expected.values === 0 ? actual : expected;
          expect(actual, context).toEqual({ ...expected, values, bytes });
          if (!hasJson.test(query)) {
            const leaves = leavesOf(JSON.parse(actual.text));
            expect(actual.values, context).toBeGreaterThanOrEqual(leaves);
            expect(actual.values, context).toBeLessThanOrEqual(2 * leaves); // objects that have none but others' below them
          }
          expect(6 * actual.bytes, context).toBeGreaterThanOrEqual(Buffer.byteLength(actual.text));
          expect(actual.bytes, context).toBeLessThanOrEqual(1.2 * actual.text.length + 10);
        }
      }
      expect(entities).toBeGreaterThan(count / 200);
      // Most random operations name something that does not exist or is not theirs; honest ones do not.
      expect(compiled / count).toBeGreaterThan(0.1);
      expect(left / count).toBeGreaterThan(0.1);
    },
    120_000 + count * 40,
  );

  it(
    'graphql-js takes over compiled runs that fail, with the response it makes alone and no more calls',
    async () => {
      let takenOver = 0;
      for (let seed = firstSeed, done = 0; done < count / 2; seed += 1) {
        const { query, variables } = randomOperation({ schema, seed, values, references });
        const document = parse(query);
        if (validate(schema, document).length > 0) continue;
        done += 1;
        const random = createRandom(seed);
        for (const endpoint of endpoints) if (random.chance(0.3)) requests.demo.fail(endpoint, random.pick(faults));
        const alone = newContext(seed, document, variables);
        const expected = await execute({ schema, document, variableValues: variables, contextValue: alone });
        const shared = newContext(seed, document, variables);
        const { text } = await runCompiled(document, variables, shared);
        const context = `seed ${seed}: ${query} ${JSON.stringify(variables)}`;
        if (text !== undefined) expect(text, context).toBe(timeless(JSON.stringify(expected.data)));
        else {
          takenOver += 1;
          const actual = await execute({ schema, document, variableValues: variables, contextValue: shared });
          expect(timeless(JSON.stringify(actual.data)), context).toBe(timeless(JSON.stringify(expected.data)));
          expect(told(actual), context).toEqual(told(expected));
        }
        expect(total(shared), context).toBeLessThanOrEqual(total(alone));
        await settled();
        requests.demo.heal();
      }
      expect(takenOver).toBeGreaterThan(count / 8);
    },
    120_000 + count * 40,
  );
});

/**
 * What is null for which reason. Where several fields fail below one that becomes null for all of them, the specification
 * lets any of them be told of.
 */
const told = ({ data, errors = [] }: ExecutionResult): string[] =>
  errors
    .map(({ path = [], extensions }) => {
      const names: (string | number)[] = [];
      let value: unknown = data;
      for (const name of path) {
        if (typeof value !== 'object' || value === null) break;
        value = (value as Record<string | number, unknown>)[name];
        names.push(name);
      }
      return `${names.join('.')} ${String(extensions['code'])}`;
    })
    .toSorted();

/** Fields whose values have a form of their own, which counts as one value. */
const hasJson = /\b(json|meta|location|customFields|blocks|content)\b/;

/** Leaves of an answer; what is empty counts as one. */
function leavesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  const inner: unknown[] = Object.values(value);
  return Math.max(
    1,
    inner.reduce((sum: number, each) => sum + leavesOf(each), 0),
  );
}

const total = ({ upstreamCalls }: RequestContext): number =>
  [...upstreamCalls.values()].reduce((sum, calls) => sum + calls, 0);

/** What was given up may still ask: all of it is answered when nothing new has come for a moment. */
async function settled(): Promise<void> {
  for (let seen = -1; seen !== requests.demo.calls.length;) {
    seen = requests.demo.calls.length;
    await delay(2);
  }
}
