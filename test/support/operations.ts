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
  /**
   * Selects most fields that have none below them, reads lists from both ends, and looks for messages by users: meets more
   * of the schema with fewer operations.
   */
  readonly isThorough?: boolean;
  /** How often each field, such as `Message.thread`, was selected so far: thorough operations prefer seldom ones. */
  readonly selected?: Map<string, number>;
  /** Where the operation begins, instead of at the root: an object type, and what is around its selection. */
  readonly at?: { readonly type: string; readonly around: (selection: string) => string };
}

type Field = GraphQLField<unknown, unknown>;

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
  isThorough = false,
  selected = new Map<string, number>(),
  at,
}: OperationOptions): RandomOperation {
  const random = createRandom(seed);
  const some = <Item>(items: readonly Item[], count: number, weight = (_item: Item) => 1): Item[] =>
    items
      .map((item) => ({ item, order: random.fraction() * weight(item) }))
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
    if (isThorough && (name === 'first' || name === 'last')) return random.pick(['1', '2', '3', '20']);
    if (name === 'first') return random.chance(0.2) ? declare('Int', random.below(4)) : String(random.below(5));
    if (name === 'orderBy') {
      const [field] = 'getFields' in named ? Object.values(named.getFields()) : [];
      const fieldType = field && getNamedType(field.type);
      const value = isEnumType(fieldType) ? random.pick(fieldType.getValues()).name : '';
      return `{ field: ${value}, direction: ${random.pick(['ASC', 'DESC'])} }`;
    }
    if (name === 'representations') return declare(String(type), random.some(references, 1 + random.below(6)));
    if (name === 'range') return '{ since: "2026-09-01T00:00:00.000Z" }';
    if (name === 'filterBy' && isThorough && random.chance(0.4))
      return `{ ${random.pick(['mentioning', 'starredBy'])}: ${JSON.stringify(random.some(values['userId'] ?? [], 2))} }`;
    if (name === 'filterBy') return `{ pinnedOnly: ${random.chance(0.5)} }`;
    if (name === 'size') return String(16 + random.below(500));
    if (name === 'includeThreadReplies') return String(random.chance(0.5));
    const known = (name === 'id' ? idsByField[fieldName] : undefined) ?? values[name];
    if (known === undefined) return undefined;
    const value = random.pick(known);
    return random.chance(0.3) ? declare(String(type), value) : JSON.stringify(value);
  };

  const argumentsOf = (field: Field): string => {
    const isPage = field.args.some(({ name }) => name === 'first');
    const isBackward = isThorough && random.chance(0.4) && field.args.some(({ name }) => name === 'last');
    const given = field.args.filter((each) => {
      if (String(each.type).endsWith('!')) return true;
      if (each.name === 'first') return isPage && !isBackward; // small pages, so that plans stay small
      if (each.name === 'last') return isBackward;
      return !['before', 'after'].includes(each.name) && random.chance(0.3);
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

  const thorough = (type: GraphQLObjectType, fields: readonly Field[], depth: number): Field[] => {
    const { leaf = [], inner = [] } = Object.groupBy(fields, ({ type: given }) =>
      isCompositeType(getNamedType(given)) ? 'inner' : 'leaf',
    );
    const times = ({ name }: Field): number => selected.get(`${type.name}.${name}`) ?? 0;
    const chosen = some(inner, depth === 1 ? 2 : 1 + random.below(3), (field) => 1 + times(field));
    for (const field of chosen) selected.set(`${type.name}.${field.name}`, times(field) + 1);
    return [...leaf.filter(() => random.chance(0.7)), ...chosen];
  };

  const select = (type: GraphQLObjectType, depth: number): string => {
    const fields = Object.values(type.getFields()).filter(
      (field) => depth < maxDepth || !isCompositeType(getNamedType(field.type)),
    );
    const count = 1 + random.below(4);
    const chosen = isThorough ? thorough(type, fields, depth) : some(fields, count);
    const parts = chosen.map((field) => {
      const named = getNamedType(field.type);
      const hasAlias = isThorough
        ? random.chance(0.05) // a query may have 50
        : random.chance(0.4) || !(random.chance(0.9) && field.args.length === 0);
      const alias = hasAlias ? `a${(aliases += 1)}: ` : '';
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

  const root = at === undefined ? schema.getQueryType() : schema.getType(at.type);
  if (!isObjectType(root)) throw new Error('no type to begin with');
  const body = select(root, 1);
  const header = declarations.length === 0 ? 'query Q' : `query Q(${declarations.join(', ')})`;
  return { query: `${header} { ${at?.around(body) ?? body} } ${fragments.join(' ')}`, variables };
}
