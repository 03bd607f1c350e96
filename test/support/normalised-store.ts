import {
  astFromValue,
  getArgumentValues,
  getNamedType,
  isObjectType,
  Kind,
  print,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { collectFields, fragmentsOf, type SelectionContext } from '../../src/collect-fields.ts';
import { isOfMoment } from './usual-paths.ts';

const fieldNamed = (value: string): FieldNode => ({ kind: Kind.FIELD, name: { kind: Kind.NAME, value } });

/** As clients that keep objects by id send their operations: `__typename` and `id` everywhere. */
export function withKeys(document: DocumentNode, schema: GraphQLSchema): DocumentNode {
  const info = new TypeInfo(schema);
  const visitor = {
    SelectionSet: (node: SelectionSetNode): SelectionSetNode | undefined => {
      const type = info.getParentType();
      const hasId = type != null && 'getFields' in type && type.getFields()['id'] !== undefined;
      const keys = hasId ? ['id', '__typename'] : ['__typename'];
      return { ...node, selections: [...keys.map(fieldNamed), ...node.selections] };
    },
  };
  return visit(document, visitWithTypeInfo(info, visitor));
}

export interface Answer {
  readonly document: DocumentNode;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly data: unknown;
  readonly errors: readonly { readonly path?: readonly (string | number)[] }[];
}

/** A value that two responses do not agree about. */
export interface Conflict {
  /** Such as `User.name`. */
  readonly field: string;
  readonly id: string;
  readonly values: readonly [known: string, written: string];
  /** The operations that wrote them. */
  readonly operations: readonly [string, string];
}

/** A list that a response read a page of: the object that it belongs to, and cursors of its rows. */
export interface List {
  readonly type: string;
  readonly id: string;
  /** Fields from the object to the list, with arguments. Those of the page are left out. */
  readonly fields: readonly string[];
  /** The connection type. */
  readonly connection: string;
  readonly isForwardOnly: boolean;
  readonly cursors: Set<string>;
}

interface Written {
  readonly value: string;
  readonly operation: string;
}

/**
 * Keeps objects by `id` alone, as Relay does, or by type and id, as Apollo Client and graphcache do, and says where a
 * response writes another value to a field than an earlier one did. Parts of an object that have no id of their own are
 * kept within it, field by field. A field that failed, or below which one failed, is not written.
 */
export class NormalisedStore {
  readonly #schema: GraphQLSchema;
  readonly #key: 'id' | 'type and id';
  readonly #records = new Map<string, Map<string, Written>>();
  /** Type names by id: one for each, if ids are unique over all types. */
  readonly #types = new Map<string, Written>();
  /** How often each field of an object with an id was written again, such as `Message.author.name`. */
  readonly rewritten = new Map<string, number>();
  /** How often each field of the schema was written again, such as `MessageUser.name`. */
  readonly compared = new Map<string, number>();
  readonly lists = new Map<string, List>();

  constructor(schema: GraphQLSchema, key: 'id' | 'type and id') {
    this.#schema = schema;
    this.#key = key;
  }

  write({ document, variables, data, errors }: Answer): Conflict[] {
    const operation = document.definitions.find(
      (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
    );
    if (operation === undefined || data == null) return [];
    const failed = new Set<string>();
    for (const { path = [] } of errors) path.forEach((_, index) => failed.add(path.slice(0, index + 1).join('.')));
    const selection: SelectionContext = { schema: this.#schema, fragments: fragmentsOf(document), variables };
    const source = print(document);
    const writer = new Writer(selection, failed, this.lists, (...written) => this.#put(source, ...written));
    writer.object(data as Row, 'Query', [operation.selectionSet], [], root);
    return writer.conflicts;
  }

  #put(operation: string, { type, id, prefix: key, coordinate }: Owner, value: string): Conflict | undefined {
    const known = this.#types.get(id) ?? { value: type, operation };
    this.#types.set(id, known);
    if (this.#key === 'id' && known.value !== type)
      return { field: 'id', id, values: [known.value, type], operations: [known.operation, operation] };
    if (isOfMoment(coordinate)) return undefined;
    const recordKey = this.#key === 'id' ? id : `${type} ${id}`;
    const record = this.#records.get(recordKey) ?? new Map<string, Written>();
    this.#records.set(recordKey, record);
    const before = record.get(key);
    record.set(key, { value, operation });
    if (before === undefined) return undefined;
    const field = `${type}.${key.replaceAll(/\(\{.*?\}\)|\[\d+\]/g, '')}`;
    countOne(this.rewritten, field);
    countOne(this.compared, coordinate);
    if (before.value === value) return undefined;
    return { field, id, values: [before.value, value], operations: [before.operation, operation] };
  }
}

const countOne = (counts: Map<string, number>, name: string): void =>
  void counts.set(name, (counts.get(name) ?? 0) + 1);

type Row = Readonly<Record<string, unknown>>;

/** The object with an id that a value belongs to, and where in it. */
interface Owner {
  readonly type: string;
  readonly id: string;
  readonly prefix: string;
  /** The field of the schema that is being written. */
  readonly coordinate: string;
  /** Fields from the object to here, with their arguments. */
  readonly fields: readonly string[];
  readonly list?: List | undefined;
}

const root: Owner = { type: 'Query', id: 'root', prefix: '', coordinate: '', fields: [] };
const pageArguments = ['first', 'after', 'last', 'before'];

/** Writes one response. */
class Writer {
  readonly conflicts: Conflict[] = [];
  readonly #selection: SelectionContext;
  readonly #failed: ReadonlySet<string>;
  readonly #lists: Map<string, List>;
  readonly #put: (owner: Owner, value: string) => Conflict | undefined;

  constructor(
    selection: SelectionContext,
    failed: ReadonlySet<string>,
    lists: Map<string, List>,
    put: (owner: Owner, value: string) => Conflict | undefined,
  ) {
    this.#selection = selection;
    this.#failed = failed;
    this.#lists = lists;
    this.#put = put;
  }

  object(
    row: Row,
    typeName: string,
    sets: readonly SelectionSetNode[],
    path: readonly (string | number)[],
    around: Owner,
  ): void {
    const type = this.#typeOf(row, typeName);
    const id = row['id'];
    const owner = typeof id === 'string' ? { ...root, type: type.name, id } : around;
    if (owner !== around) this.#write(around, `ref ${id as string}`);
    for (const [name, nodes] of collectFields(type, sets, this.#selection)) {
      const field = type.getFields()[nodes[0].name.value];
      const at = [...path, name];
      if (field === undefined || this.#failed.has(at.join('.'))) continue;
      if (type.name === 'Query' && isChanging(field.name, row[name])) continue;
      const args = getArgumentValues(field, nodes[0], this.#selection.variables);
      const key = `${field.name}${Object.keys(args).length === 0 ? '' : `(${JSON.stringify(args)})`}`;
      const below = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      const within = {
        ...owner,
        prefix: owner.prefix === '' ? key : `${owner.prefix}.${key}`,
        coordinate: `${type.name}.${field.name}`,
        fields: [...owner.fields, callOf(field, args)],
      };
      const list = field.args.some(({ name }) => name === 'after') ? this.#list(within, field) : owner.list;
      if (/cursor/i.test(field.name) && typeof row[name] === 'string') list?.cursors.add(row[name]);
      this.#value(row[name], getNamedType(field.type).name, below, at, { ...within, list });
    }
  }

  #list({ type, id, fields }: Owner, field: GraphQLField<unknown, unknown>): List {
    const key = [type, id, ...fields].join(' ');
    const isForwardOnly = !field.args.some(({ name }) => name === 'last');
    const connection = getNamedType(field.type).name;
    const list = this.#lists.get(key) ?? { type, id, fields, isForwardOnly, connection, cursors: new Set<string>() };
    this.#lists.set(key, list);
    return list;
  }

  #value(
    value: unknown,
    typeName: string,
    below: readonly SelectionSetNode[],
    path: readonly (string | number)[],
    owner: Owner,
  ): void {
    if (Array.isArray(value) && below.length > 0) {
      this.#write({ ...owner, prefix: `${owner.prefix}.length` }, String(value.length));
      value.forEach((item, index) =>
        this.#value(item, typeName, below, [...path, index], { ...owner, prefix: `${owner.prefix}[${index}]` }),
      );
    } else if (value === null || below.length === 0) this.#write(owner, JSON.stringify(value));
    else this.object(value as Row, typeName, below, path, owner);
  }

  #write(owner: Owner, value: string): void {
    if (owner.prefix === '') return;
    const conflict = this.#put(owner, value);
    if (conflict !== undefined) this.conflicts.push(conflict);
  }

  #typeOf(row: Row, typeName: string): GraphQLObjectType {
    const name = typeof row['__typename'] === 'string' ? row['__typename'] : typeName;
    const type = this.#selection.schema.getType(name);
    if (!isObjectType(type)) throw new Error(`${name} is no object type`);
    return type;
  }
}

/** What an unchanging world does not keep unchanged. The selection decides what `node` looks for: no message is no user. */
const isChanging = (field: string, value: unknown): boolean =>
  field === 'upstreamBudget' || field === '_service' || (field === 'node' && value === null);

/** The field with its arguments, but for those of a page. */
function callOf({ name, args }: GraphQLField<unknown, unknown>, values: Record<string, unknown>): string {
  // Only objects with an id lie below it, by which their lists are asked for.
  if (name === '_entities') return name;
  const written = args.flatMap((argument) => {
    const value = pageArguments.includes(argument.name) ? undefined : values[argument.name];
    const node = value === undefined ? undefined : astFromValue(value, argument.type);
    return node == null ? [] : [`${argument.name}: ${print(node)}`];
  });
  return written.length === 0 ? name : `${name}(${written.join(' ')})`;
}
