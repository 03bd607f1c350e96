import {
  defaultFieldResolver,
  getNamedType,
  getNullableType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import type { Context } from '../context/request-context.ts';
import type { GatewayError } from '../errors.ts';
import { asText, jsonLength, maxJsonDepth } from '../json.ts';
import { valuesPerObject } from '../limits.ts';
import { collectFields } from '../collect-fields.ts';
import type { AnswerSize } from '../context/answer-size.ts';
import type { Selection } from './compiled/operation.ts';

const nullBytes = 4;

/** What an object adds to the response size besides its fields' values. */
type ObjectSize = Pick<Selection, 'values' | 'bytes'>;
/** By the selecting nodes, which stay the same throughout an execution, and by type. */
type ObjectSizes = WeakMap<readonly FieldNode[], Map<GraphQLObjectType, ObjectSize>>;

/**
 * Counts the size of responses that graphql-js builds; compiled operations count by themselves. Resolvers are the only hook,
 * so a field's value is counted when it resolves, before the fields below run. Once a response is too large no resolver
 * runs: nullable fields become null without an error.
 */
export function countAnswers(schema: GraphQLSchema): void {
  const sizes: ObjectSizes = new WeakMap();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) countField(field, sizes);
  }
}

function countField(field: GraphQLField<unknown, Context>, sizes: ObjectSizes): void {
  const { resolve = defaultFieldResolver, type } = field;
  field.resolve = (source, args, context, info) => {
    const { answerSize } = context;
    // The response is dropped anyway. Errors take longer than nulls, so throw only where null is not allowed.
    const stop = (refusal: GatewayError): null => {
      if (info.path.prev === undefined || isNonNullType(type)) throw refusal;
      return null;
    };
    if (answerSize.refusal !== undefined) return stop(answerSize.refusal);
    const counter = new Counter(answerSize, info, sizes);
    const count = (value: unknown): unknown => counter.value(type, value);
    const fail = (error: unknown): null => {
      if (answerSize.refusal !== undefined) return stop(answerSize.refusal);
      answerSize.addError(error);
      throw error;
    };
    try {
      if (answerSize.begin()) counter.root();
      const value: unknown = resolve(source, args, context, info);
      return isPromise(value) ? value.then(count).catch(fail) : count(value);
    } catch (error) {
      return fail(error);
    }
  };
}

/** Counts the value of one field. */
class Counter {
  readonly #size: AnswerSize;
  readonly #info: GraphQLResolveInfo;
  readonly #sizes: ObjectSizes;

  constructor(size: AnswerSize, info: GraphQLResolveInfo, sizes: ObjectSizes) {
    this.#size = size;
    this.#info = info;
    this.#sizes = sizes;
  }

  /** Counts the root object. */
  root(): void {
    const { values, bytes } = this.#measure(this.#info.parentType, [this.#info.operation.selectionSet]);
    this.#size.add(values, bytes);
  }

  /** Counts a value; returns it, or a list that also counts what its promises resolve to. */
  value(type: GraphQLOutputType, value: unknown): unknown {
    const nullable = getNullableType(type);
    const isLeaf = isLeafType(getNamedType(type));
    if (value === null || value === undefined) this.#size.add(isLeaf ? 0 : 1, nullBytes);
    else if (value instanceof Error) this.#size.addError(value);
    else if (isListType(nullable)) return Array.isArray(value) ? this.#list(nullable.ofType, isLeaf, value) : value;
    else if (isLeaf) this.#leaf(value);
    else this.#object(value);
    return value;
  }

  #leaf(value: unknown): void {
    const length = jsonLength(value, maxJsonDepth);
    if (length === Number.POSITIVE_INFINITY) this.#size.addError(undefined);
    else this.#size.add(0, length);
  }

  /** Counts all items before graphql-js starts with the first. */
  #list(type: GraphQLOutputType, isLeaf: boolean, list: readonly unknown[]): readonly unknown[] {
    this.#size.add(isLeaf ? Math.max(0, list.length - 1) : list.length === 0 ? 1 : 0, 2 + list.length);
    return list.map((item) =>
      isPromise(item) ? item.then((later) => this.value(type, later)) : this.value(type, item),
    );
  }

  #object(value: unknown): void {
    const named = getNamedType(this.#info.returnType);
    const type = isObjectType(named) ? named : this.#info.schema.getType(typeNameOf(value));
    if (!isObjectType(type)) return; // graphql-js reports it
    const { values, bytes } = this.#sizeOf(type);
    this.#size.add(values, bytes);
  }

  #sizeOf(type: GraphQLObjectType): ObjectSize {
    const { fieldNodes } = this.#info;
    let byType = this.#sizes.get(fieldNodes);
    if (byType === undefined) this.#sizes.set(fieldNodes, (byType = new Map()));
    const known = byType.get(type);
    if (known !== undefined) return known;
    const size = this.#measure(
      type,
      fieldNodes.flatMap(({ selectionSet }) => selectionSet ?? []),
    );
    byType.set(type, size);
    return size;
  }

  #measure(type: GraphQLObjectType, below: readonly SelectionSetNode[]): ObjectSize {
    const { schema, fragments, variableValues: variables } = this.#info;
    let [values, bytes] = [0, 2];
    for (const [responseName, [node]] of collectFields(type, below, { schema, fragments, variables })) {
      const name = node?.name.value ?? '';
      const field = type.getFields()[name];
      bytes += responseName.length + 4;
      if (field === undefined) bytes += type.name.length + 2; // `__typename`
      if (field === undefined || isLeafType(getNamedType(field.type))) values += 1;
    }
    return { values: values || valuesPerObject, bytes };
  }
}

/** The type that an object of a union names. */
const typeNameOf = (value: unknown): string =>
  (typeof value === 'object' && value !== null && '__typename' in value && asText(value.__typename)) || '';

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
