import type { GraphQLRequestListener } from '@apollo/server';
import { buildSchema, parse, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { AnswerSize } from '../../src/context/answer-size.ts';
import type { RequestContext } from '../../src/context/request-context.ts';
import { GatewayError } from '../../src/errors.ts';
import { letOthersRun, limitResponses } from '../../src/operation/response-limits.ts';

const schema = buildSchema('type Query { name(of: Int): String }');
const mebibyte = 1024 * 1024;
const listener: GraphQLRequestListener<RequestContext> = limitResponses(schema);

function createContext() {
  const answerSize = new AnswerSize(() => true);
  const outcome: Partial<RequestContext['outcome']> = {};
  return { answerSize, outcome } as RequestContext & { outcome: { errors?: unknown } };
}

type Result = { data?: Record<string, unknown> | null; errors?: { message: string }[]; extensions?: object };

/** The response as it is sent. */
async function sent(context: RequestContext, singleResult: Result) {
  const response = { http: { status: undefined }, body: { kind: 'single', singleResult } };
  await listener.willSendResponse?.({ contextValue: context, response } as never);
  return response;
}

async function ask(context: RequestContext, query: string, variables?: Record<string, unknown>): Promise<void> {
  const document = parse(query);
  const [operation] = document.definitions as OperationDefinitionNode[];
  const resolved = { operation, document, contextValue: context, request: { variables } };
  await listener.didResolveOperation?.(resolved as never);
}

describe('The size of a response', () => {
  it('is left alone within the limits', async () => {
    const context = createContext();
    context.answerSize.add(2, 5);
    const { body, http } = await sent(context, { data: { name: 'Maya' } });
    expect([body.singleResult, http.status, context.outcome.errors]).toEqual([
      { data: { name: 'Maya' } },
      undefined,
      undefined,
    ]);
  });

  it('is measured in UTF-8 before it is sent: too large, it is an error of the request', async () => {
    const context = createContext();
    const name = 'あ'.repeat(3 * mebibyte);
    context.answerSize.add(1, name.length);
    const { body, http } = await sent(context, { data: { name }, extensions: { upstream: { calls: 1 } } });
    const message =
      'The response to this query exceeds 30000 values or 8388608 bytes. Ask for smaller pages, or for less in each row.';
    expect(body).toEqual({
      kind: 'single',
      singleResult: {
        errors: [{ message, extensions: { code: 'QUERY_TOO_COMPLEX' } }],
        extensions: { upstream: { calls: 1 } },
      },
    });
    expect([http.status, context.outcome.errors]).toEqual([
      400,
      { codes: { QUERY_TOO_COMPLEX: 1 }, details: [], unexpected: [] },
    ]);
  });

  it('that was refused on the way is that refusal, with its data gone', async () => {
    const context = createContext();
    for (let errors = 0; errors < 6000; errors += 1) {
      try {
        context.answerSize.addError(new GatewayError('RATE_LIMITED', 'Too many calls.'));
      } catch {
        break;
      }
    }
    const { body, http } = await sent(context, { data: { name: 'Maya' } });
    expect(body.singleResult).toEqual({
      data: null,
      errors: [{ message: 'Too many calls.', extensions: { code: 'RATE_LIMITED' } }],
    });
    expect(http.status).toBe(200);
  });

  it('that comes in parts is no matter of its', async () => {
    const context = createContext();
    context.answerSize.refuse('refused before');
    const response = { http: { status: undefined }, body: { kind: 'incremental' } };
    await listener.willSendResponse?.({ contextValue: context, response } as never);
    expect(response).toEqual({ http: { status: undefined }, body: { kind: 'incremental' } });
  });

  it('is counted for introspection before that runs, with its variables or without', async () => {
    const context = createContext();
    await ask(context, '{ __schema { types { name } } }');
    const { values } = context.answerSize;
    expect(values).toBeGreaterThan(5);
    await ask(context, 'query ($all: Boolean!) { __schema { types @include(if: $all) { name } } }', { all: true });
    expect(context.answerSize.values).toBe(2 * values);
  });

  it('counts nothing where no schema is asked for', async () => {
    const context = createContext();
    await ask(context, '{ name }');
    expect(context.answerSize.values).toBe(0);
  });

  it.each([
    [256 * 1024, false],
    [256 * 1024 + 1, true],
  ])('%i bytes: others run before it is written: %s', async (bytes, waits) => {
    const context = createContext();
    context.answerSize.add(1, bytes);
    let ran = false;
    setImmediate(() => (ran = true));
    await letOthersRun(context);
    expect(ran).toBe(waits);
  });
});
