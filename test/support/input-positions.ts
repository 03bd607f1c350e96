import {
  GraphQLIncludeDirective,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

/** A position of an operation that takes an input value: an argument, a part of one, or a directive's condition. */
export interface InputPosition {
  /** Such as `DirectMessage.messages(filterBy.mentioning[])`. */
  readonly name: string;
  readonly type: GraphQLInputType;
  /** The operation with the text of a value, or `$v`, in that place. `header` declares the variable. */
  readonly write: (value: string, header?: string) => string;
}

/** Texts of values for required arguments by coordinate, and for the parts of inputs by the name of their type. */
export type Samples = Readonly<Record<string, string>>;

/** Every place for a value in the executable schema, introspection and federation's own fields included. */
export function inputPositions(schema: GraphQLSchema, samples: Samples): InputPosition[] {
  return [...waysTo(schema, samples).values()].flatMap(({ type, reach }) => [
    ...fieldsOf(schema, type).flatMap((field) => fieldPositions(type, field, reach, samples)),
    ...directivePositions(type, reach),
  ]);
}

interface Way {
  readonly type: GraphQLObjectType;
  /** An operation around a selection of an object of the type. */
  readonly reach: (selection: string, header?: string) => string;
}

const fieldsOf = (schema: GraphQLSchema, type: GraphQLObjectType): GraphQLField<unknown, unknown>[] => [
  ...Object.values(type.getFields()),
  ...(type === schema.getQueryType() ? [SchemaMetaFieldDef, TypeMetaFieldDef] : []),
];

/** The shortest way to each object type from the root. */
function waysTo(schema: GraphQLSchema, samples: Samples): Map<string, Way> {
  const root = schema.getQueryType();
  const ways = new Map<string, Way>();
  if (!root) return ways;
  ways.set(root.name, { type: root, reach: (selection, header = '') => `query Q${header} { ${selection} }` });
  for (const { type, reach } of ways.values()) {
    for (const field of fieldsOf(schema, type)) {
      const named = getNamedType(field.type);
      const targets = isUnionType(named) ? named.getTypes() : isObjectType(named) ? [named] : [];
      for (const target of targets) {
        if (ways.has(target.name)) continue;
        const condition = isUnionType(named) ? `... on ${target.name} ` : '';
        const call = `${field.name}${writeArguments(type, field, samples)}`;
        ways.set(target.name, {
          type: target,
          reach: (selection, header) =>
            reach(`${call} { ${condition === '' ? selection : `${condition}{ ${selection} }`} }`, header),
        });
      }
    }
  }
  return ways;
}

const sampleOf = (samples: Samples, coordinate: string): string => {
  const sample = samples[coordinate];
  if (sample === undefined) throw new Error(`no sample of ${coordinate}`);
  return sample;
};

/** Arguments that the field must have, but for one, whose text is given. */
function writeArguments(
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  samples: Samples,
  name?: string,
  text?: string,
): string {
  const given = field.args
    .filter((argument) => argument.name !== name && isRequiredArgument(argument))
    .map((argument) => `${argument.name}: ${sampleOf(samples, `${type.name}.${field.name}(${argument.name}:)`)}`);
  if (name !== undefined && text !== undefined) given.push(`${name}: ${text}`);
  return given.length === 0 ? '' : `(${given.join(' ')})`;
}

function fieldPositions(
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  reach: Way['reach'],
  samples: Samples,
): InputPosition[] {
  const named = getNamedType(field.type);
  const below = isObjectType(named) || isUnionType(named) ? ' { __typename }' : '';
  return field.args.flatMap((argument) =>
    partsOf(argument.name, argument.type, samples).map((part) => ({
      name: `${type.name}.${field.name}(${part.name})`,
      type: part.type,
      write: (value, header) =>
        reach(`${field.name}${writeArguments(type, field, samples, argument.name, part.write(value))}${below}`, header),
    })),
  );
}

interface Part {
  readonly name: string;
  readonly type: GraphQLInputType;
  readonly write: (value: string) => string;
}

/** A value's own place, and those inside it. */
function partsOf(name: string, type: GraphQLInputType, samples: Samples): Part[] {
  const self: Part = { name, type, write: (value) => value };
  const nullable = getNullableType(type);
  const inside: Part[] = [];
  if (isListType(nullable)) {
    inside.push(
      ...partsOf(`${name}[]`, nullable.ofType, samples).map((part) => ({
        ...part,
        write: (value: string) => `[${part.write(value)}]`,
      })),
    );
  } else if (isInputObjectType(nullable)) {
    const fields = Object.values(nullable.getFields());
    for (const field of fields) {
      const others = fields
        .filter((other) => other !== field && isRequiredInputField(other))
        .map((other) => `${other.name}: ${literalOf(other.type, samples)} `)
        .join('');
      inside.push(
        ...partsOf(`${name}.${field.name}`, field.type, samples).map((part) => ({
          ...part,
          write: (value: string) => `{ ${others}${field.name}: ${part.write(value)} }`,
        })),
      );
    }
  }
  return [self, ...inside];
}

/** A value that the type takes. */
export function literalOf(type: GraphQLInputType, samples: Samples): string {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return `[${literalOf(nullable.ofType, samples)}]`;
  if (isEnumType(nullable)) return nullable.getValues()[0]?.name ?? '';
  if (!isInputObjectType(nullable)) return sampleOf(samples, nullable.name);
  const fields = Object.values(nullable.getFields()).filter((field) => isRequiredInputField(field));
  return `{ ${fields.map((field) => `${field.name}: ${literalOf(field.type, samples)}`).join(' ')} }`;
}

/** `@skip` and `@include` on a field, an inline fragment and a fragment that is spread, of objects of the type. */
function directivePositions({ name }: GraphQLObjectType, reach: Way['reach']): InputPosition[] {
  const condition = booleanCondition();
  return ['skip', 'include'].flatMap((directive) => {
    const at = (place: string, write: InputPosition['write']): InputPosition => ({
      name: `${name} @${directive}(if:) of ${place}`,
      type: condition,
      write,
    });
    return [
      at('a field', (value, header) => reach(`a: __typename @${directive}(if: ${value}) __typename`, header)),
      at('an inline fragment', (value, header) =>
        reach(`... @${directive}(if: ${value}) { __typename } b: __typename`, header),
      ),
      at(
        'a fragment',
        (value, header) =>
          `${reach(`...F @${directive}(if: ${value}) b: __typename`, header)} fragment F on ${name} { __typename }`,
      ),
    ];
  });
}

/** The type of `if`, as the schema's own directives have it. */
function booleanCondition(): GraphQLInputType {
  const [argument] = GraphQLIncludeDirective.args;
  if (argument === undefined) throw new Error('@include has no argument');
  return argument.type;
}

/** The type of a variable that may be null: with a default it may stand where none may be. */
export const nullableName = (type: GraphQLInputType): string =>
  isNonNullType(type) ? type.ofType.toString() : type.toString();
