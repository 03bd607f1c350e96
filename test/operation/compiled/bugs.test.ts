import { parse, type GraphQLObjectType, type GraphQLScalarType, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/config/config.ts';
import { AnswerSize } from '../../../src/context/answer-size.ts';
import type { Context, RequestContext } from '../../../src/context/request-context.ts';
import { createLog, Redactor } from '../../../src/observability/log.ts';
import { Metrics } from '../../../src/observability/metrics.ts';
import { createApollo } from '../../../src/operation/apollo.ts';
import { measureIntrospection } from '../../../src/operation/introspection.ts';
import { createSchema } from '../../../src/schema/executable.ts';
import { idleSources } from '../../support/metric-sources.ts';

/** Of a caller whom the workspace has accepted. */
const contextOf = () =>
  ({
    outcome: {},
    isAuthenticated: true,
    isAccepted: true,
    viewerId: 'u1',
    callerKey: 'k',
    knowledge: { lists: { rooms: true, memberships: true }, knowsRoom: () => true },
    answerSize: new AnswerSize(() => true),
    loaders: { me: async () => ({ _id: 'u1' }) },
    admit: () => undefined,
  }) as unknown as RequestContext;

describe('Bugs of compiled runs', () => {
  it('a bug in a compiled run is logged without its message and counted, and graphql-js makes the response', async () => {
    const schema = createSchema();
    const viewer = schema.getType('Viewer') as GraphQLObjectType;
    Object.assign(viewer.getFields()['user'] ?? {}, {
      resolve: () => {
        throw new TypeError('planted');
      },
    });
    const lines: string[] = [];
    const log = createLog('info', new Redactor(), { write: (line) => void lines.push(line) });
    const metrics = new Metrics(idleSources);
    const options = { landingPage: undefined, allowance: undefined, usageReporters: [], metrics };
    const { apollo } = createApollo(schema, readConfig({}), log, options);
    const query = '{ viewer { user { id } } }';
    await apollo.executeOperation({ query }, { contextValue: contextOf() }); // compiled from the second run on
    const contextValue = contextOf();
    const { body } = await apollo.executeOperation({ query }, { contextValue });
    expect(contextValue.outcome.runBy).toBe('graphql-js');
    expect(body).toMatchObject({
      kind: 'single',
      singleResult: {
        data: { viewer: { user: null } },
        errors: [{ path: ['viewer', 'user'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
      },
    });
    expect(await metrics.print()).toContain('gateway_compiled_failures_total 1\n');
    expect(lines.filter((line) => line.includes('TypeError'))).toHaveLength(1);
    expect(lines.join('')).not.toContain('planted');
    await apollo.stop();
  });

  it('a bug on the fast path is logged and counted, and leaves the request to Apollo Server', async () => {
    const lines: string[] = [];
    const log = createLog('info', new Redactor(), { write: (line) => void lines.push(line) });
    const metrics = new Metrics(idleSources);
    const options = { landingPage: undefined, allowance: undefined, usageReporters: [], metrics };
    const { apollo, fastPath } = createApollo(createSchema(), readConfig({}), log, options);
    const query = '{ viewer { userId user { id } } }';
    for (let time = 0; time < 2; time += 1) await apollo.executeOperation({ query }, { contextValue: contextOf() });
    const broken = Object.defineProperty(contextOf(), 'knowledge', {
      get: () => {
        throw new TypeError('planted');
      },
    });
    expect(await fastPath?.respond({ query, wantsReport: false }, broken)).toBeUndefined();
    expect(await metrics.print()).toContain('gateway_compiled_failures_total 1\n');
    expect(lines.filter((line) => line.includes('TypeError'))).toHaveLength(1);
    expect(lines.join('')).not.toContain('planted');
    await apollo.stop();
  });

  it('a bug while introspection is counted rejects the request, whose response would have no limit', async () => {
    const schema = createSchema();
    const document = parse('{ __schema { queryType { name } } }');
    const [operation] = document.definitions as [OperationDefinitionNode];
    const context = { answerSize: new AnswerSize(() => true) } as Context;
    const string = schema.getType('String') as GraphQLScalarType;
    string.serialize = () => {
      throw new TypeError('planted');
    };
    await expect(measureIntrospection(schema, document, operation, {}, context)).rejects.toThrow(TypeError);
  });
});
