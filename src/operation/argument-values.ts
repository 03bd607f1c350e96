import {
  getArgumentValues,
  isNonNullType,
  Kind,
  valueFromAST,
  visit,
  type FieldNode,
  type GraphQLField,
} from 'graphql';

/** The coerced arguments of a field, by coerced variables. Throws what graphql-js throws. */
export type ArgumentsFrom = (variables: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** An argument that is a variable as a whole, or the same for all variables. */
type Part =
  | { readonly name: string; readonly variable: string; readonly isNonNull: boolean }
  | { readonly name: string; readonly variable: undefined; readonly value: unknown };

/**
 * What `getArgumentValues` of graphql-js returns, which looks through all arguments each time: here a coerced variable is
 * taken as it is, and everything else is worked out once. What is out of the ordinary (a variable inside a list, one that was
 * not given, a null for what must not be null) graphql-js does.
 */
export function argumentsOf(field: GraphQLField<unknown, unknown>, node: FieldNode): ArgumentsFrom {
  const asGraphqlJs: ArgumentsFrom = (variables) => getArgumentValues(field, node, variables);
  const parts = partsOf(field, node);
  if (parts === undefined) return asGraphqlJs;
  if (parts.every(({ variable }) => variable === undefined)) {
    let fixed: Record<string, unknown> | undefined;
    return () => (fixed ??= Object.freeze(asGraphqlJs({})));
  }
  return (variables) => {
    const values: Record<string, unknown> = {};
    for (const part of parts) {
      if (part.variable === undefined) {
        values[part.name] = part.value;
        continue;
      }
      const value = variables[part.variable];
      if (value === undefined || (value === null && part.isNonNull)) return asGraphqlJs(variables);
      values[part.name] = value;
    }
    return values;
  };
}

/** Undefined if graphql-js has to look at the field each time. */
function partsOf({ args }: GraphQLField<unknown, unknown>, { arguments: given = [] }: FieldNode): Part[] | undefined {
  const parts: Part[] = [];
  for (const { name, type, defaultValue } of args) {
    const value = given.find((argument) => argument.name.value === name)?.value;
    if (value?.kind === Kind.VARIABLE) {
      if (value.name.value in Object.prototype) return undefined; // one that was not given would seem to be
      parts.push({ name, variable: value.name.value, isNonNull: isNonNullType(type) });
      continue;
    }
    if (value !== undefined && hasVariables(value)) return undefined;
    const known = value === undefined ? defaultValue : valueFromAST(value, type);
    if (known !== undefined) parts.push({ name, variable: undefined, value: known });
    else if (value !== undefined || isNonNullType(type)) return undefined;
  }
  return parts;
}

function hasVariables(value: Parameters<typeof visit>[0]): boolean {
  let found = false;
  visit(value, {
    Variable: () => {
      found = true;
    },
  });
  return found;
}
