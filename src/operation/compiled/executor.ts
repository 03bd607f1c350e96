import {
  getVariableValues,
  isObjectType,
  type DocumentNode,
  type GraphQLField,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { Context } from '../../context/request-context.ts';
import type { DocumentMemory } from '../document-store.ts';
import { compile, conditionsOf } from './compile.ts';
import type { CompiledOperation, Resolve } from './operation.ts';
import { run } from './run.ts';

/** Compiled forms of one operation, by the values of the variables that `@skip` and `@include` look at. */
interface Forms {
  readonly conditions: readonly string[];
  readonly byValues: Map<string, CompiledOperation | undefined>;
}

/** Forms that are remembered of one operation; further ones are left to graphql-js. */
const maxForms = 4;
/** What a form takes with its key, and what each of its steps does: 450 to 650 bytes were measured, as the test does again. */
const bytesPerForm = 2000;
const bytesPerStep = 650;

/**
 * Runs operations in a form that was compiled once: without looking up fields, arguments and types for each object again.
 * Whatever it cannot do as graphql-js does, it leaves to graphql-js; so an answer never depends on which of them gave it.
 * Forms are kept with the document, as part of what that takes in memory, and are forgotten with it: so an operation is
 * compiled only as soon as its document is worth that.
 */
export class Executor {
  readonly #schema: GraphQLSchema;
  readonly #documents: DocumentMemory;
  /** As the schema has them now: what others wrap around them later is for graphql-js. */
  readonly #resolvers = new Map<GraphQLField<unknown, unknown>, Resolve | undefined>();
  readonly #forms = new WeakMap<OperationDefinitionNode, Forms>();

  constructor(schema: GraphQLSchema, documents: DocumentMemory) {
    this.#schema = schema;
    this.#documents = documents;
    for (const type of Object.values(schema.getTypeMap())) {
      if (isObjectType(type))
        for (const field of Object.values(type.getFields()))
          this.#resolvers.set(field, field.resolve as Resolve | undefined);
    }
  }

  /**
   * `data` of the answer, which has no errors then. Undefined: graphql-js has to run the operation. `compiles`: whether
   * a form that does not exist may be made.
   */
  async execute(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    given: Readonly<Record<string, unknown>>,
    context: Context,
    compiles: boolean,
  ): Promise<Record<string, unknown> | undefined> {
    const known = this.#forms.get(operation);
    if (known === undefined && !(compiles && this.#documents.keep(document, bytesPerForm))) return undefined;
    const forms = known ?? { conditions: conditionsOf(document), byValues: new Map() };
    this.#forms.set(operation, forms);
    const { variableDefinitions = [] } = operation;
    const variables =
      variableDefinitions.length === 0 ? {} : getVariableValues(this.#schema, variableDefinitions, given).coerced;
    if (variables === undefined) return undefined;
    const key = forms.conditions.map((name) => String(variables[name])).join();
    if (compiles && !forms.byValues.has(key)) this.#compile(forms, key, document, operation, variables);
    const compiled = forms.byValues.get(key);
    return compiled && run(compiled, variables, context);
  }

  #compile(
    { byValues }: Forms,
    key: string,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Readonly<Record<string, unknown>>,
  ): void {
    if (byValues.size === maxForms || !this.#documents.keep(document, bytesPerForm)) return;
    const resolverOf = (field: GraphQLField<unknown, unknown>) => this.#resolvers.get(field);
    const compiled = compile({ schema: this.#schema, document, operation, variables, resolverOf });
    if (this.#documents.keep(document, bytesPerStep * (compiled?.stepCount ?? 0))) byValues.set(key, compiled);
  }
}
