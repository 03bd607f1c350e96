import {
  isAbstractType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  type GraphQLFieldResolver,
  type GraphQLNamedType,
  type GraphQLScalarType,
  type GraphQLSchema,
  type GraphQLTypeResolver,
} from 'graphql';

/** Resolvers by type: of fields, `__resolveType` of an interface or a union, or a whole scalar. */
export type ResolverMap = Readonly<Record<string, object>>;

/**
 * Gives the schema's types their resolvers, in place. A resolver for what the schema does not have throws, and so does an
 * interface or union that does not tell the types of its objects: such mistakes would otherwise show as nulls.
 */
export function attachResolvers(schema: GraphQLSchema, maps: readonly ResolverMap[]): void {
  for (const map of maps) {
    for (const [typeName, resolvers] of Object.entries(map)) attachTo(schema.getType(typeName), typeName, resolvers);
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (isAbstractType(type) && type.resolveType == null)
      throw new Error(`The resolvers of the abstract type "${type.name}" need a "__resolveType".`);
  }
}

function attachTo(type: GraphQLNamedType | undefined, typeName: string, resolvers: object): void {
  if (isScalarType(type)) return attachScalar(type, resolvers as GraphQLScalarType);
  if (!isObjectType(type) && !isAbstractType(type))
    throw new Error(`There are resolvers for ${typeName}, but no type.`);
  const fields = isObjectType(type) || isInterfaceType(type) ? type.getFields() : {};
  for (const [name, resolver] of Object.entries(resolvers)) {
    if (name === '__resolveType' && isAbstractType(type)) {
      type.resolveType = resolver as GraphQLTypeResolver<unknown, unknown>;
      continue;
    }
    const field = fields[name];
    if (field === undefined) throw new Error(`There is a resolver for ${typeName}.${name}, but no field.`);
    field.resolve = resolver as GraphQLFieldResolver<unknown, unknown>;
  }
}

/** The schema's files describe the scalar, the resolver reads and writes it. */
function attachScalar(type: GraphQLScalarType, { serialize, parseValue, parseLiteral }: GraphQLScalarType): void {
  Object.assign(type, { serialize, parseValue, parseLiteral });
}
