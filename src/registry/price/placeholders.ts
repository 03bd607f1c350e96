import {
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isRequiredInputField,
  Kind,
  visit,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLScalarType,
} from 'graphql';
import { encodeCursor } from '../../pagination/cursor.ts';

/** What a variable is used for, by its name. */
export interface Uses {
  readonly first: ReadonlySet<string>;
  readonly last: ReadonlySet<string>;
  readonly cursors: ReadonlySet<string>;
}

export function usesOf(document: DocumentNode): Uses {
  const byArgument = new Map<string, Set<string>>();
  visit(document, {
    Field({ arguments: args = [] }) {
      for (const { name, value } of args) {
        if (value.kind !== Kind.VARIABLE) continue;
        const known = byArgument.get(name.value) ?? new Set<string>();
        byArgument.set(name.value, known.add(value.name.value));
      }
    },
  });
  const of = (name: string): ReadonlySet<string> => byArgument.get(name) ?? new Set();
  return { first: of('first'), last: of('last'), cursors: new Set([...of('after'), ...of('before')]) };
}

/** A cursor by its form. No operation is run with it. */
export const anyCursor = encodeCursor('', { key: 0, id: 'any', offset: 0, total: 0 });

/** A size that pages and pictures can have. */
const anyNumber = 20;
const anyInstant = '2026-01-01T00:00:00.000Z';

/** A value of the type that the gateway accepts. `text`: for ids and other texts, which must differ between variables. */
export function placeholder(type: GraphQLInputType, text: string): unknown {
  const named = getNullableType(type);
  if (isListType(named)) return [placeholder(named.ofType, text)];
  if (isInputObjectType(named))
    return Object.fromEntries(
      Object.values(named.getFields())
        .filter(isRequiredInputField)
        .map((field) => [field.name, placeholder(field.type, `${text}-${field.name}`)]),
    );
  if (isEnumType(named)) return named.getValues()[0]?.name;
  return [text, anyNumber, true, anyInstant].find((value) => isOf(named, value));
}

/** A scalar says by itself which values it takes: `JSON` takes any. */
function isOf(type: GraphQLScalarType, value: unknown): boolean {
  try {
    return type.parseValue(value) !== undefined;
  } catch {
    return false;
  }
}
