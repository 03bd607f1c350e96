import {
  getArgumentValues,
  getNamedType,
  isObjectType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { collectFields, fragmentsOf, type SelectionContext } from '../../src/collect-fields.ts';

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
}

/**
 * Keeps objects by id alone, as Relay does, and says where a response writes another value to a field than an earlier one
 * did. Parts of an object that have no id of their own are kept within it, field by field. A field that failed, or below
 * which one failed, is not written.
 */
export class NormalisedStore {
  readonly #schema: GraphQLSchema;
  readonly #records = new Map<string, Map<string, string>>();
  /** How often each field was written again. */
  readonly rewritten = new Map<string, number>();

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** Type names by id: one for each, if ids are unique over all types. */
  readonly #types = new Map<string, string>();

  write({ document, variables, data, errors }: Answer): Conflict[] {
    const operation = document.definitions.find(
      (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
    );
    if (operation === undefined || data == null) return [];
    const failed = new Set<string>();
    for (const { path = [] } of errors) path.forEach((_, index) => failed.add(path.slice(0, index + 1).join('.')));
    const selection: SelectionContext = { schema: this.#schema, fragments: fragmentsOf(document), variables };
    const writer = new Writer(selection, failed, (...written) => this.#put(...written));
    writer.object(data as Row, 'Query', [operation.selectionSet], [], { type: 'Query', id: 'root', prefix: '' });
    return writer.conflicts;
  }

  #put(type: string, id: string, key: string, value: string): Conflict | undefined {
    const known = this.#types.get(id) ?? type;
    this.#types.set(id, known);
    if (known !== type) return { field: 'id', id, values: [known, type] };
    const record = this.#records.get(id) ?? new Map<string, string>();
    this.#records.set(id, record);
    const before = record.get(key);
    record.set(key, value);
    if (before === undefined) return undefined;
    const field = `${type}.${key.replaceAll(/\(.*?\)|\[\d+\]/g, '')}`;
    this.rewritten.set(field, (this.rewritten.get(field) ?? 0) + 1);
    return before === value ? undefined : { field, id, values: [before, value] };
  }
}

type Row = Readonly<Record<string, unknown>>;

/** The object with an id that a value belongs to, and where in it. */
interface Owner {
  readonly type: string;
  readonly id: string;
  readonly prefix: string;
}

/** Writes one response. */
class Writer {
  readonly conflicts: Conflict[] = [];
  readonly #selection: SelectionContext;
  readonly #failed: ReadonlySet<string>;
  readonly #put: (type: string, id: string, key: string, value: string) => Conflict | undefined;

  constructor(
    selection: SelectionContext,
    failed: ReadonlySet<string>,
    put: (type: string, id: string, key: string, value: string) => Conflict | undefined,
  ) {
    this.#selection = selection;
    this.#failed = failed;
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
    const owner = typeof id === 'string' ? { type: type.name, id, prefix: '' } : around;
    if (owner !== around) this.#write(around, `ref ${id as string}`);
    for (const [name, nodes] of collectFields(type, sets, this.#selection)) {
      const field = type.getFields()[nodes[0].name.value];
      const at = [...path, name];
      if (field === undefined || this.#failed.has(at.join('.')) || isChanging(type, field.name)) continue;
      // The selection decides what `node` looks for: an id that is no message's is no message.
      if (type.name === 'Query' && field.name === 'node' && row[name] === null) continue;
      const args = getArgumentValues(field, nodes[0], this.#selection.variables);
      const key = `${field.name}${Object.keys(args).length === 0 ? '' : `(${JSON.stringify(args)})`}`;
      const below = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      const within = { ...owner, prefix: owner.prefix === '' ? key : `${owner.prefix}.${key}` };
      this.#value(row[name], getNamedType(field.type).name, below, at, within);
    }
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

  #write({ type, id, prefix }: Owner, value: string): void {
    if (prefix === '') return;
    const conflict = this.#put(type, id, prefix, value);
    if (conflict !== undefined) this.conflicts.push(conflict);
  }

  #typeOf(row: Row, typeName: string): GraphQLObjectType {
    const name = typeof row['__typename'] === 'string' ? row['__typename'] : typeName;
    const type = this.#selection.schema.getType(name);
    if (!isObjectType(type)) throw new Error(`${name} is no object type`);
    return type;
  }
}

/** What an unchanging world does not keep unchanged. */
const isChanging = (type: GraphQLObjectType, field: string): boolean =>
  type.name === 'Query' && (field === 'upstreamBudget' || field === '_entities' || field === '_service');
