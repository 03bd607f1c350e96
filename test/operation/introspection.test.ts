import { buildSchema, parse, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { AnswerSize } from '../../src/context/answer-size.ts';
import type { Context } from '../../src/context/request-context.ts';
import { measureIntrospection } from '../../src/operation/introspection.ts';

const schema = buildSchema('type Query { name(of: Int = 1): String, other: Query }');

async function measure(query: string, { variables = {}, schema: of = schema } = {}) {
  const document = parse(query);
  const [operation] = document.definitions as OperationDefinitionNode[];
  if (operation === undefined) expect.unreachable();
  const answerSize = new AnswerSize(() => true);
  await measureIntrospection(of, document, operation, variables, { answerSize } as Context);
  return answerSize;
}

const types = '__schema { types { name } }';

describe('Introspection', () => {
  it('is measured beside data, of which nothing is read', async () => {
    const { values, bytes } = await measure(`{ name ${types} }`);
    const alone = await measure(`{ ${types} }`);
    expect(values).toBeGreaterThan(5);
    expect([values, bytes]).toEqual([alone.values, alone.bytes]);
  });

  it('is measured before the operation runs, and stays counted when that begins again', async () => {
    const size = await measure(`{ ${types} }`);
    const { values, bytes } = size;
    size.add(5, 50);
    size.reset();
    expect([size.values, size.bytes]).toEqual([values, bytes]);
  });

  it('is measured by the variables', async () => {
    const query = `query ($all: Boolean!) { __schema { types @include(if: $all) { name } queryType { name } } }`;
    const [all, some] = [
      await measure(query, { variables: { all: true } }),
      await measure(query, { variables: { all: false } }),
    ];
    expect(all.values).toBeGreaterThan(some.values);
  });

  it('is left to graphql-js where variables do not fit their types', async () => {
    const size = await measure(`query ($n: Int!) { name(of: $n) ${types} }`, { variables: { n: 'x' } });
    expect([size.values, size.bytes]).toEqual([0, 0]);
  });

  it('that is too large rejects the request', async () => {
    const aliases = Array.from({ length: 3000 }, (_, index) => `a${index}: __schema { types { name kind } }`);
    await expect(measure(`{ ${aliases.join(' ')} }`)).rejects.toMatchObject({ code: 'QUERY_TOO_COMPLEX' });
  });

  it('that is refused without an error on its way rejects the request too', async () => {
    const answerSize = new AnswerSize(() => true);
    answerSize.refuse('refused before');
    const document = parse(`{ ${types} }`);
    const [operation] = document.definitions as OperationDefinitionNode[];
    if (operation === undefined) expect.unreachable();
    const measured = measureIntrospection(schema, document, operation, {}, { answerSize } as Context);
    await expect(measured).rejects.toThrow('refused before');
  });

  it('with a bug of ours in it rejects the request, which would have no limit', async () => {
    const broken = buildSchema('type Query { name: String }');
    broken.getTypeMap = () => {
      throw new TypeError('a mistake of ours');
    };
    await expect(measure(`{ ${types} }`, { schema: broken })).rejects.toThrow('a mistake of ours');
  });
});
