import {
  getNamedType,
  getNullableType,
  GraphQLError,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  OperationTypeNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  visit,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { argumentsOf, type ArgumentsFrom } from '../argument-values.ts';
import type { Context } from '../../context/request-context.ts';
import { valuesPerObject } from '../../limits.ts';
import { collectFields, fragmentsOf, type SameNameFields } from '../../collect-fields.ts';
import { cutRows, writtenBy } from './cut.ts';
import { directReadOf } from './direct-read.ts';
import { textsOf } from './equal-fields.ts';
import type {
  CompiledOperation,
  Completion,
  FieldStep,
  InfoSource,
  Resolve,
  Selection,
  Step,
  Variables,
} from './operation.ts';

/** Left to graphql-js: introspection, types with `isTypeOf`, unions without `resolveType`, response names that an object cannot have. */
class Unsupported extends Error {}

export interface CompileInput {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Variables;
  /** Resolver of a field; the schema's by default. */
  readonly resolverOf?: (field: GraphQLField<unknown, unknown>) => Resolve | undefined;
  /** Compiles only the introspection of an operation. */
  readonly isIntrospection?: boolean;
}

/** Undefined: only graphql-js can run this operation. The document must be valid. Throws only on a bug. */
export function compile(input: CompileInput): CompiledOperation | undefined {
  const root = input.schema.getQueryType();
  if (!root || input.operation.operation !== OperationTypeNode.QUERY) return undefined;
  try {
    const compiler = new Compiler(input);
    const selection = compiler.select(root, [input.operation.selectionSet], undefined, 1);
    return { selection, stepCount: compiler.stepCount };
  } catch (error) {
    // A directive's argument is wrong; graphql-js says how. Anything else is a bug of ours.
    if (error instanceof Unsupported || error instanceof GraphQLError) return undefined;
    throw error;
  }
}

/** Sorted names of the variables in `@skip` and `@include`. */
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

/** The root fields of introspection. */
const introspectionFields: Readonly<Record<string, GraphQLField<unknown, unknown>>> = {
  [SchemaMetaFieldDef.name]: SchemaMetaFieldDef,
  [TypeMetaFieldDef.name]: TypeMetaFieldDef,
};

class Compiler {
  readonly #input: CompileInput;
  readonly #fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** By field node: expanded fragments share their nodes. */
  readonly #arguments = new Map<FieldNode, ArgumentsFrom>();
  #fieldCount = 0;
  stepCount = 0;

  constructor(input: CompileInput) {
    this.#input = input;
    this.#fragments = fragmentsOf(input.document);
  }

  select(
    type: GraphQLObjectType,
    selectionSets: readonly SelectionSetNode[],
    path: Path | undefined,
    times: number,
  ): Selection {
    const { schema, variables, isIntrospection = false } = this.#input;
    const selected = [...collectFields(type, selectionSets, { schema, variables, fragments: this.#fragments })].filter(
      ([, [node]]) => !isIntrospection || path !== undefined || Object.hasOwn(introspectionFields, node.name.value),
    );
    this.stepCount += selected.length;
    const texts = textsOf(selected);
    const known = new Map<string, string>();
    let [values, bytes] = [0, 2];
    const steps = selected.map(([responseName, nodes]): Step => {
      const name = nodes[0].name.value;
      if (responseName === '__proto__' && !isIntrospection) throw new Unsupported();
      bytes += responseName.length + 4;
      if (name === '__typename') {
        values += 1;
        bytes += type.name.length + 2;
        return { kind: 'typeName', responseName, value: type.name };
      }
      const text = texts.get(responseName) ?? '';
      const field = this.#fieldOf(type, name);
      if (isLeafType(getNamedType(field.type))) values += 1;
      const of = known.get(text);
      if (of !== undefined) return { kind: 'copy', responseName, of };
      if (text !== '') known.set(text, responseName);
      const copies = text === '' ? 1 : [...texts.values()].filter((other) => other === text).length;
      return this.#fieldStep(type, field, nodes, {
        path: { prev: path, key: responseName, typename: type.name },
        times: times * copies,
      });
    });
    return { ...writtenBy(steps), times, values: (values || valuesPerObject) * times, bytes: bytes * times };
  }

  #fieldOf(type: GraphQLObjectType, name: string): GraphQLField<unknown, unknown> {
    const field =
      type.getFields()[name] ?? (this.#input.isIntrospection === true ? introspectionFields[name] : undefined);
    if (field === undefined) throw new Unsupported(); // introspection
    return field;
  }

  #fieldStep(
    type: GraphQLObjectType,
    field: GraphQLField<unknown, unknown>,
    nodes: SameNameFields,
    { path, times }: Place,
  ): FieldStep {
    const [node] = nodes;
    const { name } = field;
    const index = this.#fieldCount;
    this.#fieldCount += 1;
    const { schema, operation, resolverOf = ({ resolve }) => resolve as Resolve | undefined } = this.#input;
    const resolve = resolverOf(field);
    const infoFrom = (variableValues: Variables): GraphQLResolveInfo => ({
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
    });
    const completion = this.#completionOf(field.type, nodes, { path, times }, { index, infoFrom });
    return {
      kind: 'field',
      name,
      responseName: String(path.key),
      resolve,
      direct: directReadOf(resolve, field.type),
      index,
      argumentsFrom: this.#argumentsOf(field, node),
      infoFrom,
      completion,
      isOfLeaves: isLeafType(getNamedType(field.type)),
      cut: cutRows(completion, getNamedType(field.type).name),
    };
  }

  /** The same for all fields of a node. */
  #argumentsOf(field: GraphQLField<unknown, unknown>, node: FieldNode): ArgumentsFrom {
    const known = this.#arguments.get(node) ?? argumentsOf(field, node);
    this.#arguments.set(node, known);
    return known;
  }

  #completionOf(type: GraphQLOutputType, nodes: readonly FieldNode[], place: Place, source: InfoSource): Completion {
    const { times } = place;
    const isNonNull = isNonNullType(type);
    const nullable = getNullableType(type);
    if (isListType(nullable)) {
      const item = this.#completionOf(nullable.ofType, nodes, place, source);
      return { kind: 'list', isNonNull, times, item, needsWriter: item.needsWriter };
    }
    if (isLeafType(nullable)) return { kind: 'leaf', isNonNull, times, type: nullable, needsWriter: false };
    const below = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    if (isObjectType(nullable)) {
      const selection = this.#selectChecked(nullable, below, place);
      return { kind: 'object', isNonNull, times, selection, needsWriter: selection.needsWriter };
    }
    const { resolveType } = nullable;
    if (resolveType == null) throw new Unsupported();
    const types = this.#input.schema.getPossibleTypes(nullable);
    const selections = new Map(types.map((each) => [each.name, this.#selectChecked(each, below, place)]));
    const typeOf = (value: unknown, context: Context, info: GraphQLResolveInfo) =>
      resolveType(value, context, info, nullable);
    const needsWriter = [...selections.values()].some((selection) => selection.needsWriter);
    return { kind: 'union', isNonNull, times, typeOf, selections, source, needsWriter };
  }

  #selectChecked(type: GraphQLObjectType, below: readonly SelectionSetNode[], { path, times }: Place): Selection {
    if (type.isTypeOf != null) throw new Unsupported();
    return this.select(type, below, path, times);
  }
}

/** A field’s path, and how often the response repeats its values under other aliases. */
interface Place {
  readonly path: Path;
  readonly times: number;
}
