import { getVariableValues, type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { Context } from '../context.ts';
import { compile, conditionsOf, type CompiledOperation } from './compile.ts';
import { run } from './run.ts';

/** Compiled forms of one operation, by the values of the variables that `@skip` and `@include` look at. */
interface Forms {
  readonly conditions: readonly string[];
  readonly byValues: Map<string, CompiledOperation | undefined>;
}

/** Forms that are remembered of one operation; further ones are left to graphql-js. */
const maxForms = 16;

/**
 * Runs operations that were asked for before in a form that was compiled once: without looking up fields, arguments and
 * types for each object again. Whatever it cannot do as graphql-js does, it leaves to graphql-js; so an answer never
 * depends on which of them gave it. Compiled forms are forgotten together with the parsed operation.
 */
export class Executor {
  readonly #schema: GraphQLSchema;
  readonly #forms = new WeakMap<OperationDefinitionNode, Forms>();

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** `data` of the answer, which has no errors then. Undefined: graphql-js has to run the operation. */
  async execute(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    given: Readonly<Record<string, unknown>>,
    context: Context,
  ): Promise<Record<string, unknown> | undefined> {
    const forms = this.#forms.get(operation);
    if (forms === undefined) {
      // What is asked for once only, as by somebody who tries things out, is not worth compiling.
      this.#forms.set(operation, { conditions: conditionsOf(document), byValues: new Map() });
      return undefined;
    }
    const { variableDefinitions = [] } = operation;
    const variables = variableDefinitions.length === 0 ? {} : getVariableValues(this.#schema, variableDefinitions, given).coerced;
    if (variables === undefined) return undefined;
    const compiled = this.#form(forms, document, operation, variables);
    return compiled && run(compiled, variables, context);
  }

  #form(
    { conditions, byValues }: Forms,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Readonly<Record<string, unknown>>,
  ): CompiledOperation | undefined {
    const key = conditions.map((name) => String(variables[name])).join();
    if (byValues.has(key)) return byValues.get(key);
    if (byValues.size === maxForms) return undefined;
    const compiled = compile({ schema: this.#schema, document, operation, variables });
    byValues.set(key, compiled);
    return compiled;
  }
}
