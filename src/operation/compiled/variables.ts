import {
  getVariableValues,
  Kind,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
} from 'graphql';
import { asInt } from '../../json.ts';
import type { Variables } from './operation.ts';

/** Values that coercion leaves as they are, by the name of their scalar. */
const unchanged: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['ID', (value) => typeof value === 'string'],
  ['String', (value) => typeof value === 'string'],
  ['Boolean', (value) => typeof value === 'boolean'],
  ['Int', (value) => asInt(value) !== undefined],
]);

/**
 * The coerced variables of an operation; undefined if they do not fit their types. Most operations have ids, texts and page
 * sizes for variables: those need no look at the schema.
 */
export function coerceVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  given: Variables,
): Variables | undefined {
  const coerced: Record<string, unknown> = {};
  for (const definition of variableDefinitions) {
    const { value: name } = definition.variable.name;
    const isOwn = name !== '__proto__' && Object.hasOwn(given, name);
    if (!isOwn || !isUnchanged(definition, given[name]))
      return getVariableValues(schema, variableDefinitions, given).coerced;
    coerced[name] = given[name];
  }
  return coerced;
}

function isUnchanged({ type }: VariableDefinitionNode, value: unknown): boolean {
  const named = type.kind === Kind.NON_NULL_TYPE ? type.type : type;
  return named.kind === Kind.NAMED_TYPE && unchanged.get(named.name.value)?.(value) === true;
}
