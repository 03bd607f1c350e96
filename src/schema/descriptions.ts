import {
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  type DefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';

/** Descriptions for what federation adds to a subgraph, which comes without any. */
const descriptions = {
  _service: 'This API as a subgraph, for composing a supergraph. Needs no credentials.',
  _entities: 'For routers: the objects of these references, in their order. Null with an error for a rejected one.',
  representations: 'References: `__typename` and `id` of each.',
  _Service: 'A subgraph.',
  sdl: 'Its schema as text.',
  _Entity: 'What other subgraphs can refer to.',
  _Any: 'A reference: an object with `__typename` and the fields of a key.',
} as const;

/** Describes federation's own part of a subgraph's schema, in place. */
export function describeMachinery(schema: GraphQLSchema): void {
  for (const name of ['_Service', '_Entity', '_Any'] as const) {
    const type = schema.getType(name);
    if (type) type.description = descriptions[name];
  }
  const describeField = (typeName: string, name: '_service' | '_entities' | 'sdl') => {
    const type = schema.getType(typeName);
    const field = isObjectType(type) ? type.getFields()[name] : undefined;
    if (field === undefined) return;
    field.description = descriptions[name];
    for (const argument of field.args) argument.description = descriptions.representations;
  };
  describeField('Query', '_service');
  describeField('Query', '_entities');
  describeField('_Service', 'sdl');
}

/**
 * Restores what `from` says about its scalars, in place: `makeExecutableSchema` takes the description and the specification of
 * a scalar from its resolver, which has neither.
 */
export function describeScalars(schema: GraphQLSchema, from: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    const source = from.getType(type.name);
    if (!isScalarType(type) || isSpecifiedScalarType(type) || !isScalarType(source)) continue;
    type.description = source.description;
    type.specifiedByURL = source.specifiedByURL;
  }
}

/** Removes definitions of federation's directives and types that this schema does not use. */
export const withoutSpecification = (document: DocumentNode): DocumentNode => ({
  kind: Kind.DOCUMENT,
  definitions: document.definitions.filter((definition) => !/^(federation|link)__/.test(nameOf(definition))),
});

const nameOf = (definition: DefinitionNode): string => ('name' in definition ? (definition.name?.value ?? '') : '');
