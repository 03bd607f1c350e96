import {
  isObjectType,
  type DocumentNode,
  type GraphQLField,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { Context } from '../../context/request-context.ts';
import type { DocumentMemory } from '../document-store.ts';
import { compile, conditionsOf, type CompileInput } from './compile.ts';
import type { CompiledOperation, Data, Resolve, Variables } from './operation.ts';
import { run } from './run.ts';
import { coerceVariables } from './variables.ts';

/** Compiled forms of one operation, by the values of its `@skip` and `@include` variables. */
interface Forms {
  readonly conditions: readonly string[];
  readonly byValues: Map<string, CompiledOperation | undefined>;
}

/** Forms kept for one operation, at most; graphql-js runs the rest. */
const maxForms = 4;
/** Bytes of a form with its key, and of each step: the test measures 450 to 650. */
const bytesPerForm = 2000;
const bytesPerStep = 650;

/**
 * Runs repeated operations in a compiled form, without looking up fields, arguments and types again for each object.
 * Whatever it cannot do exactly as graphql-js does, it leaves to graphql-js, so the data of a response never depend on
 * which of them made it (`test/operation/compiled/` compares them byte for byte).
 *
 * Why not graphql-jit: it takes graphql-js's place, errors included, and lets only fields with a resolver return promises
 * (its README). Here errors stay graphql-js's, and a run counts the response while it builds it. Forms are plain data, whose
 * weight counts towards their document's memory limit.
 *
 * What it hides: `responseForOperation` returns before Apollo Server calls `executionDidStart` and `willResolveField`, so
 * plugins and OpenTelemetry see neither for a compiled run (inline tracing therefore switches it off). What a failing field
 * costs: all resolvers of the operation run a second time, in graphql-js; the loaders answer them from memory, so the
 * workspace is not called again.
 */
export class Executor {
  readonly #schema: GraphQLSchema;
  readonly #documents: DocumentMemory;
  readonly #onBug: (error: unknown) => void;
  /** The resolvers at construction: wrappers added later count for graphql-js alone. */
  readonly #resolvers = new Map<GraphQLField<unknown, unknown>, Resolve | undefined>();
  readonly #forms = new WeakMap<OperationDefinitionNode, Forms>();

  /** `onBug` receives errors that only a bug explains; graphql-js then runs the operation. */
  constructor(schema: GraphQLSchema, documents: DocumentMemory, onBug: (error: unknown) => void) {
    this.#schema = schema;
    this.#onBug = onBug;
    this.#documents = documents;
    for (const type of Object.values(schema.getTypeMap())) {
      if (isObjectType(type))
        for (const field of Object.values(type.getFields()))
          this.#resolvers.set(field, field.resolve as Resolve | undefined);
    }
  }

  /**
   * The response's `data`, without errors. Undefined: graphql-js has to run the operation. `compiles`: whether a missing
   * form may be compiled.
   */
  async execute(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    given: Variables,
    context: Context,
    compiles: boolean,
  ): Promise<Data | undefined> {
    const known = this.#forms.get(operation);
    if (known === undefined && !(compiles && this.#documents.keep(document, bytesPerForm))) return undefined;
    const forms = known ?? { conditions: conditionsOf(document), byValues: new Map() };
    this.#forms.set(operation, forms);
    const variables = this.coerce(operation, given);
    if (variables === undefined) return undefined;
    const key = keyOf(forms, variables);
    if (compiles && !forms.byValues.has(key)) this.#compile(forms, key, document, operation, variables);
    const compiled = forms.byValues.get(key);
    return compiled && this.run(compiled, variables, context, false);
  }

  /** The coerced variables; undefined if they do not fit their types. */
  coerce(operation: OperationDefinitionNode, given: Variables): Variables | undefined {
    return coerceVariables(this.#schema, operation, given);
  }

  /** The form for these variables; undefined while there is none. */
  find(operation: OperationDefinitionNode, variables: Variables): CompiledOperation | undefined {
    const forms = this.#forms.get(operation);
    return forms?.byValues.get(keyOf(forms, variables));
  }

  /**
   * The response's `data`, without errors. Undefined: graphql-js has to run the operation. `cuts`: whether the caller writes
   * the data with `write`, so that rows may be cut out of responses.
   */
  async run(
    compiled: CompiledOperation,
    variables: Variables,
    context: Context,
    cuts: boolean,
  ): Promise<Data | undefined> {
    const data = await run(compiled, variables, context, { cuts, onBug: this.#onBug });
    if (data === undefined) context.answerSize.reset(); // graphql-js counts anew
    return data;
  }

  #compile(
    { byValues }: Forms,
    key: string,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Variables,
  ): void {
    if (byValues.size === maxForms || !this.#documents.keep(document, bytesPerForm)) return;
    const resolverOf = (field: GraphQLField<unknown, unknown>) => this.#resolvers.get(field);
    const compiled = this.#tryToCompile({ schema: this.#schema, document, operation, variables, resolverOf });
    if (this.#documents.keep(document, bytesPerStep * (compiled?.stepCount ?? 0))) byValues.set(key, compiled);
  }

  #tryToCompile(input: CompileInput): CompiledOperation | undefined {
    try {
      return compile(input);
    } catch (error) {
      this.#onBug(error);
      return undefined;
    }
  }
}

const keyOf = ({ conditions }: Forms, variables: Variables): string =>
  conditions.length === 0 ? '' : conditions.map((name) => String(variables[name])).join();
