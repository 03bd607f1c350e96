import {
  astFromValue,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
  print,
  type GraphQLArgument,
  type GraphQLDirective,
  type GraphQLEnumValue,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';

type Definition =
  | GraphQLArgument
  | GraphQLDirective
  | GraphQLEnumValue
  | GraphQLField<unknown, unknown>
  | GraphQLInputField
  | GraphQLNamedType;

export interface SchemaElement {
  /** Its schema coordinate: `Message`, `Message.id`, `Query.message(id:)`, `OrderDirection.ASC` or `@key(fields:)`. */
  readonly coordinate: string;
  /** The coordinate with all that clients rely on: type, nullability, default, key, deprecation. */
  readonly line: string;
  readonly definition: Definition;
}

/** Types of the schema's own: without introspection's and GraphQL's scalars. */
export const ownTypes = (schema: GraphQLSchema): GraphQLNamedType[] =>
  Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type));

/** Everything a schema defines, sorted by coordinate. */
export function schemaElements(schema: GraphQLSchema): SchemaElement[] {
  const elements = [
    ...ownTypes(schema).flatMap(elementsOfType),
    ...schema.getDirectives().flatMap(elementsOfDirective),
  ];
  return elements.toSorted((a, b) => (a.coordinate < b.coordinate ? -1 : Number(a.coordinate > b.coordinate)));
}

function elementsOfType(type: GraphQLNamedType): SchemaElement[] {
  const self = { coordinate: type.name, line: typeLine(type), definition: type };
  if (isEnumType(type)) {
    const values = type.getValues().map((value) => ({ value, coordinate: `${type.name}.${value.name}` }));
    return [self, ...values.map(({ value, coordinate }) => ({ coordinate, line: coordinate, definition: value }))];
  }
  if (isInputObjectType(type))
    return [self, ...Object.values(type.getFields()).map((field) => input(`${type.name}.${field.name}`, field))];
  if (!isObjectType(type) && !isInterfaceType(type)) return [self];
  return [
    self,
    ...Object.values(type.getFields()).flatMap((field) => {
      const coordinate = `${type.name}.${field.name}`;
      const line = `${coordinate}: ${field.type.toString()}${field.deprecationReason == null ? '' : ' @deprecated'}`;
      return [
        { coordinate, line, definition: field },
        ...field.args.map((arg) => input(`${coordinate}(${arg.name}:)`, arg)),
      ];
    }),
  ];
}

function elementsOfDirective(directive: GraphQLDirective): SchemaElement[] {
  const coordinate = `@${directive.name}`;
  const line = `${coordinate} on ${directive.locations.join(' | ')}`;
  return [
    { coordinate, line, definition: directive },
    ...directive.args.map((arg) => input(`${coordinate}(${arg.name}:)`, arg)),
  ];
}

function input(coordinate: string, definition: GraphQLArgument | GraphQLInputField): SchemaElement {
  const value =
    definition.defaultValue === undefined ? undefined : astFromValue(definition.defaultValue, definition.type);
  const fallback = value == null ? '' : ` = ${print(value)}`;
  return { coordinate, line: `${coordinate}: ${definition.type.toString()}${fallback}`, definition };
}

function typeLine(type: GraphQLNamedType): string {
  if (isEnumType(type))
    return `enum ${type.name} = ${type
      .getValues()
      .map(({ name }) => name)
      .toSorted()
      .join(' | ')}`;
  if (isInputObjectType(type)) return `input ${type.name}`;
  if (isUnionType(type)) return `union ${type.name}`;
  if (isInterfaceType(type)) return `interface ${type.name}`;
  if (!isObjectType(type)) return `scalar ${type.name}`;
  const keys = type.astNode?.directives?.filter(({ name }) => name.value === 'key') ?? [];
  return [`type ${type.name}`, ...keys.map((key) => print(key))].join(' ');
}
