import {
  GraphQLBoolean,
  getNullableType,
  isNonNullType,
  typeFromAST,
  type GraphQLInputType,
  type GraphQLSchema,
  type VariableDefinitionNode,
} from 'graphql';
import type { JsonObject } from '../../json.ts';
import { defaultPageSize, maxPageSize } from '../../limits.ts';
import type { FoundOperation } from './operations.ts';
import { anyCursor, placeholder, usesOf, type Uses } from './placeholders.ts';

/** What the command says of variables. */
export interface GivenValues {
  /** The size of pages whose `first` is a variable; undefined: each operation's default, or the API's. */
  readonly first: number | undefined;
  readonly byOperation: ReadonlyMap<string, JsonObject>;
}

/** A value that nobody gave, and that can matter to the price. Undefined: the variable is absent. */
export interface Assumption {
  readonly variable: string;
  readonly value: unknown;
  /** Another value: where it changes the price, the assumption matters. */
  readonly other: unknown;
  readonly text: string;
}

export interface Assumed {
  /** Given values, and ids, texts and the like that have to be there. */
  readonly values: JsonObject;
  readonly assumptions: readonly Assumption[];
  /** Those whose every value has to be tried, because neither is more likely. */
  readonly switches: readonly string[];
}

/** Values for all variables of an operation: those given, its defaults, and plausible ones for the rest. */
export function assumeVariables(
  { name, document, operation }: FoundOperation,
  schema: GraphQLSchema,
  { first, byOperation }: GivenValues,
): Assumed {
  const given = byOperation.get(name) ?? {};
  const uses = usesOf(document);
  const values: Record<string, unknown> = { ...given };
  const assumptions: Assumption[] = [];
  const switches: string[] = [];
  for (const [index, definition] of (operation.variableDefinitions ?? []).entries()) {
    const variable = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type) as GraphQLInputType;
    const isRequired = isNonNullType(type) && definition.defaultValue === undefined;
    if (Object.hasOwn(given, variable)) continue;
    const size = pageSizeOf(definition, isRequired, uses, first);
    if (size !== undefined) assumptions.push(page(variable, size, isRequired || first !== undefined));
    else if (definition.defaultValue !== undefined) continue;
    else if (isRequired && getNullableType(type) === GraphQLBoolean) switches.push(variable);
    else {
      const value = uses.cursors.has(variable) ? anyCursor : placeholder(type, `any${index}`);
      if (isRequired) values[variable] = value;
      else assumptions.push(absent(variable, value));
    }
  }
  return { values, assumptions, switches };
}

/** Undefined: the variable is no page's size, or keeps its own default. */
function pageSizeOf(
  { variable, defaultValue }: VariableDefinitionNode,
  isRequired: boolean,
  { first: asFirst, last: asLast }: Uses,
  first: number | undefined,
): number | undefined {
  const name = variable.name.value;
  if (asFirst.has(name) && (first !== undefined || defaultValue === undefined)) return first ?? defaultPageSize;
  // An optional `last` stays away: one field does not take both.
  return asLast.has(name) && isRequired ? (first ?? defaultPageSize) : undefined;
}

/** The API's own size needs no value. */
const page = (variable: string, size: number, isGiven: boolean): Assumption => ({
  variable,
  value: isGiven ? size : undefined,
  other: size === maxPageSize ? 1 : maxPageSize,
  text: `$${variable} = ${size}`,
});

const absent = (variable: string, other: unknown): Assumption => ({
  variable,
  value: undefined,
  other,
  text: `no $${variable}`,
});
