import {
  getNamedType,
  isCompositeType,
  isEnumType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { createRandom } from './random.ts';

/** Random valid operations of a schema: aliases, fragments, arguments, variables, `@skip` and `@include` among them. */
export interface OperationOptions {
  readonly schema: GraphQLSchema;
  readonly seed: number;
  /** Values for arguments by name, such as ids that exist. */
  readonly values: Readonly<Record<string, readonly string[]>>;
  /** Values for the argument `id` of a field, by the field's name. */
  readonly idsByField?: Readonly<Record<string, readonly string[]>>;
  /** References for `_entities`. */
  readonly references: readonly { readonly __typename: string; readonly id: string }[];
  readonly maxDepth?: number;
}

export interface RandomOperation {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

export function randomOperation({
  schema,
  seed,
  values,
  idsByField = {},
  references,
  maxDepth = 6,
}: OperationOptions): RandomOperation {
  const random = createRandom(seed);
  const some = <Item>(items: readonly Item[], count: number): Item[] =>
    items
      .map((item) => ({ item, order: random.fraction() }))
      .toSorted((a, b) => a.order - b.order)
      .slice(0, count)
      .map(({ item }) => item);
  const variables: Record<string, unknown> = {};
  const declarations: string[] = [];
  const fragments: string[] = [];
  let aliases = 0;

  const declare = (type: string, value: unknown): string => {
    const name = `v${declarations.length}`;
    declarations.push(`$${name}: ${type}`);
    variables[name] = value;
    return `$${name}`;
  };

  const argument = ({ name, type }: GraphQLArgument, fieldName: string): string | undefined => {
    const named = getNamedType(type);
    if (name === 'first') return random.chance(0.2) ? declare('Int', random.below(4)) : String(random.below(5));
    if (name === 'orderBy') {
      const [field] = 'getFields' in named ? Object.values(named.getFields()) : [];
      const fieldType = field && getNamedType(field.type);
      const value = isEnumType(fieldType) ? random.pick(fieldType.getValues()).name : '';
      return `{ field: ${value}, direction: ${random.pick(['ASC', 'DESC'])} }`;
    }
    if (name === 'representations') return declare(String(type), random.some(references, 1 + random.below(6)));
    if (name === 'range') return '{ since: "2026-09-01T00:00:00.000Z" }';
    if (name === 'filterBy') return `{ pinnedOnly: ${random.chance(0.5)} }`;
    if (name === 'size') return String(16 + random.below(500));
    if (name === 'includeThreadReplies') return String(random.chance(0.5));
    const known = (name === 'id' ? idsByField[fieldName] : undefined) ?? values[name];
    if (known === undefined) return undefined;
    const value = random.pick(known);
    return random.chance(0.3) ? declare(String(type), value) : JSON.stringify(value);
  };

  const argumentsOf = (field: GraphQLField<unknown, unknown>): string => {
    const isPage = field.args.some(({ name }) => name === 'first');
    const given = field.args.filter((each) => {
      if (String(each.type).endsWith('!')) return true;
      if (each.name === 'first') return isPage; // small pages, so that plans stay small
      return !['last', 'before', 'after'].includes(each.name) && random.chance(0.3);
    });
    const written = given.flatMap((each) => {
      const value = argument(each, field.name);
      return value === undefined ? [] : [`${each.name}: ${value}`];
    });
    return written.length === 0 ? '' : `(${written.join(' ')})`;
  };

  const directive = (): string => {
    if (!random.chance(0.12)) return '';
    const condition = random.chance(0.5) ? declare('Boolean!', random.chance(0.5)) : String(random.chance(0.5));
    return ` @${random.pick(['skip', 'include'])}(if: ${condition})`;
  };

  /** Some types of an interface, in most cases one: a client knows what it asks for. */
  const namesakes = (type: GraphQLInterfaceType): readonly GraphQLObjectType[] =>
    some(schema.getPossibleTypes(type), random.chance(0.7) ? 1 : random.below(4));

  const select = (type: GraphQLObjectType, depth: number): string => {
    const fields = Object.values(type.getFields()).filter(
      (field) => depth < maxDepth || !isCompositeType(getNamedType(field.type)),
    );
    const chosen = some(fields, 1 + random.below(4));
    const parts = chosen.map((field) => {
      const named = getNamedType(field.type);
      const alias = random.chance(0.4)
        ? `a${(aliases += 1)}: `
        : random.chance(0.9) && field.args.length === 0
          ? ''
          : `a${(aliases += 1)}: `;
      const possible = isUnionType(named) ? named.getTypes() : isInterfaceType(named) ? namesakes(named) : [];
      const types = possible.map((each) => `... on ${each.name} { ${select(each, depth + 1)} }`);
      const inside = isObjectType(named)
        ? select(named, depth + 1)
        : isCompositeType(named)
          ? `__typename ${isInterfaceType(named) ? 'id ' : ''}${types.join(' ')}`
          : undefined;
      const below = inside === undefined ? '' : ` { ${inside} }`;
      return `${alias}${field.name}${argumentsOf(field)}${directive()}${below}`;
    });
    const text = `__typename ${parts.join(' ')}`;
    if (random.chance(0.15)) return `... on ${type.name}${directive()} { ${text} } __typename`;
    if (random.chance(0.15)) {
      const name = `F${fragments.length}`;
      fragments.push('');
      fragments[Number(name.slice(1))] = `fragment ${name} on ${type.name} { ${text} }`;
      return `...${name}${directive()} __typename`;
    }
    return text;
  };

  const root = schema.getQueryType();
  if (!root) throw new Error('no query type');
  const body = select(root, 1);
  const header = declarations.length === 0 ? 'query Q' : `query Q(${declarations.join(', ')})`;
  return { query: `${header} { ${body} } ${fragments.join(' ')}`, variables };
}
