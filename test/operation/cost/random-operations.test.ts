import { parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { landmarks } from '../../../src/demo/seed.ts';
import { createSchema } from '../../../src/schema/executable.ts';
import { settingsOfAll, startTestGateway, type TestGateway } from '../../support/gateway.ts';
import { randomOperation } from '../../support/operations.ts';

const schema = createSchema();
const count = Number(process.env['PROPERTY_RUNS'] ?? 1500);
const firstSeed = Number(process.env['PROPERTY_SEED'] ?? 1);
const { messages, users, strangerUsername, ...rooms } = landmarks;

const roomIds = Object.values(rooms).filter((value): value is string => typeof value === 'string');
const messageIds = Object.values(messages);

/** Arguments by name: things that exist, of the caller and of others, and some that do not. `id` is any of them. */
const values = {
  id: [...roomIds, ...roomIds, ...messageIds, ...Object.values(users), 'nothing'],
  messageId: [...messageIds, 'nothing'],
  userId: Object.values(users),
  username: [strangerUsername, 'maya.lindqvist', 'jonas.weber', 'nobody'],
};

const references = [
  ...[...roomIds, messageIds[0] ?? ''].map((id) => ({ __typename: 'DirectMessage', id })),
  ...[...messageIds, 'nothing'].map((id) => ({ __typename: 'Message', id })),
  ...[...Object.values(users), 'nobody'].map((id) => ({ __typename: 'User', id })),
  { __typename: 'Viewer', id: users.member },
];

interface Report {
  readonly plannedCalls: number;
  readonly calls: number;
}

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { LOG_LEVEL: 'silent', MAX_UPSTREAM_CALLS: '400' } });
});
afterAll(() => gateway.close());

/** Random fields under one response name can ask for different things, which GraphQL refuses: those are left out. */
function* validOperations() {
  for (let seed = firstSeed, found = 0; found < count; seed += 1) {
    const operation = randomOperation({ schema, seed, values, references });
    if (validate(schema, parse(operation.query)).length > 0) continue;
    found += 1;
    yield { seed, ...operation };
  }
}

/** Without what the gateway reads now and then for all of them. */
const callsOfRequests = (): number => gateway.demo.calls.filter(({ endpoint }) => endpoint !== settingsOfAll).length;

describe('Random operations', () => {
  it(`${count} random operations make no more calls than estimated, and meet no bug`, async () => {
    let planned = 0;
    let made = 0;
    let withEntities = 0;
    for (const { seed, query, variables } of validOperations()) {
      const as = seed % 5 === 0 ? gateway.demo.world.admin : gateway.demo.world.member;
      const before = callsOfRequests();
      const { errors, extensions, status } = await gateway.ask(query, {
        variables,
        as,
        headers: { 'x-upstream-report': '1' },
      });
      const report = extensions?.['upstream'] as Report | undefined;
      const context = `seed ${seed}: ${query} ${JSON.stringify(variables)}`;
      expect(
        (errors ?? []).map((error) => error.extensions['code']),
        context,
      ).not.toContain('INTERNAL_SERVER_ERROR');
      if (report === undefined) {
        // Larger than any query may be, or with a value that its argument may not have: refused before it was planned.
        const codes = (errors ?? []).map((error) => error.extensions['code']);
        expect({ status, codes }, context).toEqual({
          status: 400,
          codes: [codes[0] === 'BAD_USER_INPUT' ? 'BAD_USER_INPUT' : 'QUERY_TOO_COMPLEX'],
        });
        expect(callsOfRequests(), context).toBe(before);
        continue;
      }
      expect(report.calls, context).toBe(callsOfRequests() - before);
      if (status === 400 && report.plannedCalls > 400) {
        expect(report.calls, context).toBe(0);
        continue;
      }
      expect(report.calls, context).toBeLessThanOrEqual(report.plannedCalls);
      if (query.includes('_entities')) withEntities += 1;
      planned += report.plannedCalls;
      made += report.calls;
    }
    // The bound is a bound, and not a wild guess.
    expect(made).toBeGreaterThan(count);
    expect(withEntities).toBeGreaterThan(count / 20);
    expect(planned).toBeLessThan(made * 4);
  }, 180_000);
});
