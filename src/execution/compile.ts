import {
  getArgumentValues,
  getNullableType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  OperationTypeNode,
  print,
  visit,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLFieldResolver,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Context } from '../context.ts';
import { applies, isIncluded } from '../selections.ts';

/** Coerced variables by name. */
export type Variables = Readonly<Record<string, unknown>>;

/** How a value that a resolver gave becomes a part of the answer. */
export type Completion =
  | { readonly kind: 'leaf'; readonly isNonNull: boolean; readonly type: GraphQLLeafType }
  | { readonly kind: 'object'; readonly isNonNull: boolean; readonly steps: readonly Step[] }
  | {
      readonly kind: 'union';
      readonly isNonNull: boolean;
      /** The name of a value's type. */
      readonly typeOf: (value: unknown, context: Context) => unknown;
      readonly stepsByType: ReadonlyMap<string, readonly Step[]>;
    }
  | { readonly kind: 'list'; readonly isNonNull: boolean; readonly item: Completion };

export type Resolve = GraphQLFieldResolver<unknown, Context>;

/** A part of an object's answer, in its place. */
export type Step = FieldStep | TypeNameStep | CopyStep;

/** A field: what graphql-js would work out again for each object. */
export interface FieldStep {
  readonly kind: 'field';
  readonly name: string;
  readonly responseName: string;
  /** Undefined: the property of the field's name. */
  readonly resolve: Resolve | undefined;
  /** Place among the fields of the operation, for what is worked out once a request. */
  readonly index: number;
  /** From the request's variables. The same object for every object that the field is resolved of. */
  readonly argumentsFrom: (variables: Variables) => Record<string, unknown>;
  /** For resolvers that look at their selection; its path has no list indexes. */
  readonly infoFrom: ((variables: Variables) => GraphQLResolveInfo) | undefined;
  readonly completion: Completion;
}

export interface TypeNameStep {
  readonly kind: 'typeName';
  readonly responseName: string;
  readonly value: string;
}

/** The same field with the same arguments and the same selection as another of the object, under a name of its own. */
export interface CopyStep {
  readonly kind: 'copy';
  readonly responseName: string;
  readonly of: string;
}

/** An operation, ready to run with any variables that leave the same fields selected. */
export interface CompiledOperation {
  readonly steps: readonly Step[];
  readonly fieldCount: number;
}

/**
 * What is left to graphql-js: introspection, types that are told in an unusual way, names that an object cannot have, and
 * arguments that it refuses.
 */
class Unsupported extends Error {}

export interface CompileInput {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Variables;
}

/** Undefined: graphql-js has to run this one. The document must be valid. */
export function compile(input: CompileInput): CompiledOperation | undefined {
  const root = input.schema.getQueryType();
  if (!root || input.operation.operation !== OperationTypeNode.QUERY) return undefined;
  try {
    const compiler = new Compiler(input);
    const steps = compiler.stepsOf(root, [input.operation.selectionSet], undefined);
    return { steps, fieldCount: compiler.fieldCount };
  } catch {
    return undefined;
  }
}

/** Names of the variables that decide whether something is selected, in order. */
export function conditionsOf(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive: ({ name, arguments: given = [] }) => {
      if (name.value !== 'skip' && name.value !== 'include') return;
      for (const { value } of given) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names].toSorted();
}

type Path = GraphQLResolveInfo['path'];

class Compiler {
  readonly #input: CompileInput;
  readonly #fragments: Record<string, FragmentDefinitionNode> = {};
  fieldCount = 0;

  constructor(input: CompileInput) {
    this.#input = input;
    for (const definition of input.document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments[definition.name.value] = definition;
    }
  }

  stepsOf(type: GraphQLObjectType, selectionSets: readonly SelectionSetNode[], path: Path | undefined): Step[] {
    const selected = new Map<string, FieldNode[]>();
    const seen = new Set<string>();
    for (const selectionSet of selectionSets) this.#collect(type, selectionSet, selected, seen);
    const names = [...selected.values()].map(([node]) => node?.name.value);
    const known = new Map<string, string>();
    return [...selected].map(([responseName, nodes]): Step => {
      const name = nodes[0]?.name.value;
      if (responseName === '__proto__') throw new Unsupported();
      if (name === '__typename') return { kind: 'typeName', responseName, value: type.name };
      if (names.indexOf(name) !== names.lastIndexOf(name)) {
        const text = textOf(nodes);
        const of = known.get(text);
        if (of !== undefined) return { kind: 'copy', responseName, of };
        known.set(text, responseName);
      }
      return this.#fieldStep(type, responseName, nodes, path);
    });
  }

  #fieldStep(type: GraphQLObjectType, responseName: string, nodes: readonly FieldNode[], parent: Path | undefined): FieldStep {
    const [node] = nodes as readonly [FieldNode];
    const name = node.name.value;
    const index = this.fieldCount;
    this.fieldCount += 1;
    const field = type.getFields()[name];
    if (field === undefined) throw new Unsupported(); // introspection
    const path: Path = { prev: parent, key: responseName, typename: type.name };
    const { schema, operation } = this.#input;
    const resolve = field.resolve as Resolve | undefined;
    const fixed = hasVariables(node) ? undefined : Object.freeze(getArgumentValues(field, node, {}));
    return {
      kind: 'field',
      name,
      responseName,
      resolve,
      index,
      argumentsFrom: (variables) => fixed ?? getArgumentValues(field, node, variables),
      infoFrom:
        resolve === undefined || resolve.length < 4
          ? undefined
          : (variableValues) => ({
              fieldName: name,
              fieldNodes: nodes,
              returnType: field.type,
              parentType: type,
              path,
              schema,
              fragments: this.#fragments,
              rootValue: undefined,
              operation,
              variableValues: { ...variableValues },
            }),
      completion: this.#completionOf(field.type, nodes, path),
    };
  }

  #completionOf(type: GraphQLOutputType, nodes: readonly FieldNode[], path: Path): Completion {
    const isNonNull = isNonNullType(type);
    const nullable = getNullableType(type);
    if (isListType(nullable)) return { kind: 'list', isNonNull, item: this.#completionOf(nullable.ofType, nodes, path) };
    if (isLeafType(nullable)) return { kind: 'leaf', isNonNull, type: nullable };
    const below = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    if (isObjectType(nullable)) return { kind: 'object', isNonNull, steps: this.#stepsOfChecked(nullable, below, path) };
    const resolveType = nullable.resolveType as ((value: unknown, context: Context) => unknown) | null | undefined;
    if (resolveType == null || resolveType.length > 2) throw new Unsupported();
    const types = this.#input.schema.getPossibleTypes(nullable);
    const stepsByType = new Map(types.map((each) => [each.name, this.#stepsOfChecked(each, below, path)]));
    return { kind: 'union', isNonNull, typeOf: resolveType, stepsByType };
  }

  #stepsOfChecked(type: GraphQLObjectType, below: readonly SelectionSetNode[], path: Path): Step[] {
    if (type.isTypeOf != null) throw new Unsupported();
    return this.stepsOf(type, below, path);
  }

  /** As the specification collects fields: in order, those of one response name together, each fragment once. */
  #collect(type: GraphQLObjectType, { selections }: SelectionSetNode, selected: Map<string, FieldNode[]>, seen: Set<string>): void {
    for (const node of selections) {
      if (!isIncluded(node, this.#input.variables)) continue;
      if (node.kind === Kind.FIELD) {
        const responseName = node.alias?.value ?? node.name.value;
        const nodes = selected.get(responseName);
        if (nodes === undefined) selected.set(responseName, [node]);
        else nodes.push(node);
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        if (applies(node.typeCondition, type, this.#input.schema)) this.#collect(type, node.selectionSet, selected, seen);
      } else if (!seen.has(node.name.value)) {
        seen.add(node.name.value);
        const fragment = this.#fragments[node.name.value];
        if (fragment !== undefined && applies(fragment.typeCondition, type, this.#input.schema)) {
          this.#collect(type, fragment.selectionSet, selected, seen);
        }
      }
    }
  }
}

/** A field with everything below it, but for its own name in the answer: equal texts of one object have equal values. */
const textOf = (nodes: readonly FieldNode[]): string =>
  nodes.map(({ alias: _alias, directives: _directives, ...node }) => print(node)).join('\n');

function hasVariables({ arguments: given = [] }: FieldNode): boolean {
  let found = false;
  for (const argument of given) {
    visit(argument, {
      Variable: () => {
        found = true;
      },
    });
  }
  return found;
}
