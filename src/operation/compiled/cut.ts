import { GraphQLError, type GraphQLLeafType } from 'graphql';
import type { CutField, CutValue } from '../../projection/program.ts';
import type { RowCut } from '../../projection/row-cutter.ts';
import type { Reading, TextCheck } from '../../resolvers/readers.ts';
import { isWrittenAsIs } from './direct-read.ts';
import type { Completion, FieldStep, Selection, SelectionCut, Step } from './operation.ts';

/** Types of connections whose rows are parsed always: their loaders ask for no cut. */
const parsedConnections: ReadonlySet<string> = new Set(['ReadReceiptConnection', 'UserConnection']);

/** Lets the rows of a connection be cut: those of `nodes`, or else of `edges`. A page is read for one of them. */
export function cutRows(connection: Completion, type: string): RowCut | undefined {
  if (connection.kind !== 'object' || parsedConnections.has(type)) return undefined;
  const nodes = listBelow(connection.selection, 'nodes');
  const edges = nodes === undefined ? listBelow(connection.selection, 'edges') : undefined;
  const node = edges && stepOf(edges.selection, 'node')?.completion;
  const rows = nodes?.selection ?? (node?.kind === 'object' ? node.selection : undefined);
  const cut = rows && cutOf(rows);
  if (rows === undefined || cut === undefined) return undefined;
  rows.cut = cut;
  for (const above of [nodes?.list, edges?.list, edges?.item, edges?.selection, connection.selection, connection]) {
    if (above !== undefined) above.needsWriter = true;
  }
  return cut.cut;
}

const stepOf = ({ steps }: Selection, name: string): FieldStep | undefined =>
  steps.find((step): step is FieldStep => step.kind === 'field' && step.name === name);

/** A field that is a list of objects. */
function listBelow(selection: Selection, name: string) {
  const list = stepOf(selection, name)?.completion;
  if (list?.kind !== 'list' || list.item.kind !== 'object') return undefined;
  return { list, item: list.item, selection: list.item.selection };
}

/**
 * What the scanner can cut of a selection on rows that come straight from a response: its first fields, as far as each is a
 * reader whose value its type writes as it is. The steps resolve the rest of the selection. Undefined: nothing.
 */
function cutOf({ steps, times }: Selection): SelectionCut | undefined {
  const fields: CutField[] = [];
  const checks: TextCheck[] = [];
  const names = new Names((path) => path.split('.'));
  for (const step of steps) {
    const field = fieldOf(step, fields, names, checks);
    if (field === undefined) break;
    fields.push(field);
  }
  const rest = steps.slice(fields.length);
  const isSplit = rest.some((step) => step.kind === 'copy' && fields.some(({ name }) => name === step.of));
  if (isSplit || !fields.some(isLeaf)) return undefined;
  const cut: RowCut = { fields, paths: checks.flatMap(({ paths }) => paths) };
  return { cut, checks, times, rest: rest.length === 0 ? undefined : restOf(rest, times) };
}

const isLeaf = ({ kind }: CutField): boolean => kind !== 'object' && kind !== 'objects' && kind !== 'within';

/** The selection of the steps that were not cut: the row itself has been counted. */
function restOf(steps: readonly Step[], times: number): Selection {
  let [values, bytes] = [0, 0];
  for (const step of steps) {
    bytes += step.responseName.length + 4;
    const isOfLeaves = step.kind === 'typeName' || (step.kind === 'field' && step.isOfLeaves);
    const copied = step.kind === 'copy' ? steps.find(({ responseName }) => responseName === step.of) : undefined;
    if (isOfLeaves || (copied?.kind === 'field' && copied.isOfLeaves)) values += 1;
    if (step.kind === 'typeName') bytes += step.value.length + 2;
  }
  return { ...writtenBy(steps), times, values: values * times, bytes: bytes * times };
}

/** How the steps of a selection are written. */
export function writtenBy(steps: readonly Step[]) {
  const needsCopies = steps.some(({ kind }) => kind === 'copy');
  const needsWriter = needsCopies || steps.some((step) => step.kind === 'field' && step.completion.needsWriter);
  return { steps, needsCopies, needsWriter, cut: undefined };
}

/** How readers' paths lead to properties of what is cut. Undefined: to nothing that can be cut. */
class Names {
  readonly pathOf: (path: string) => readonly string[] | undefined;

  constructor(pathOf: (path: string) => readonly string[] | undefined) {
    this.pathOf = pathOf;
  }

  /** Below an object, which has itself the name `under`, or none. */
  static below(under: string | undefined): Names {
    if (under === undefined) return new Names((path) => path.split('.'));
    return new Names((path) => {
      const [name, ...inner] = path.split('.');
      return name === under && inner.length > 0 ? inner : undefined;
    });
  }

  /** In a view of the same source. */
  in(names: Readonly<Record<string, string>>): Names {
    return new Names((path) => {
      const [name = '', ...inner] = path.split('.');
      const property = Object.hasOwn(names, name) ? names[name] : undefined;
      return property === undefined ? undefined : this.pathOf([property, ...inner].join('.'));
    });
  }
}

function fieldOf(step: Step, before: readonly CutField[], names: Names, checks: TextCheck[]): CutField | undefined {
  const name = step.responseName;
  if (step.kind === 'typeName') return { name, kind: 'constant', json: JSON.stringify(step.value) };
  if (step.kind === 'copy') {
    const copied = before.find((field) => field.name === step.of);
    return copied && { ...copied, name };
  }
  const value = valueOf(step, names, checks);
  return value && { ...value, name, isNonNull: step.completion.isNonNull };
}

function valueOf({ completion, direct }: FieldStep, names: Names, checks: TextCheck[]): CutValue | undefined {
  if (direct === undefined) return undefined;
  const { reading } = direct;
  if (completion.kind === 'leaf') return leafOf(completion.type, reading, names);
  if (completion.kind === 'object') return objectOf(completion.selection, reading, names, checks);
  return completion.kind === 'list' ? listOf(completion.item, reading, names) : undefined;
}

function leafOf(type: GraphQLLeafType, reading: Reading, names: Names): CutValue | undefined {
  if (reading.kind !== 'choice' && !isWrittenAsIs(reading.kind, type.name)) return undefined;
  const path = 'path' in reading ? names.pathOf(reading.path) : undefined;
  if (path === undefined) return undefined;
  switch (reading.kind) {
    case 'id':
    case 'instant':
    case 'json':
      return { kind: reading.kind, path };
    case 'int':
    case 'flag': {
      const orElse = constantOf(type, reading.orElse);
      return orElse === undefined ? undefined : { kind: reading.kind === 'int' ? 'int' : 'boolean', path, orElse };
    }
    case 'equals':
      return path.length === 1 ? { kind: 'equals', property: path[0] as string, value: reading.wanted } : undefined;
    case 'text': {
      const { unless } = reading;
      const last = alternativeOf(type, reading, names);
      if (last === undefined || unless === undefined) return last && { kind: 'text', path, ...last };
      const [property, inner] = names.pathOf(unless.path) ?? [];
      const json = constantOf(type, unless.instead);
      if (property === undefined || inner !== undefined || json === undefined) return undefined;
      return { kind: 'text', path, ...last, unless: { property, value: unless.wanted, json } };
    }
    case 'choice': {
      const [property, inner] = path;
      const last = alternativeOf(type, reading, names);
      const cases = Object.entries(reading.cases).flatMap(([text, value]) => {
        const json = constantOf(type, value);
        return json === undefined ? [] : [[text, json] as const];
      });
      const isWhole = cases.length === Object.keys(reading.cases).length;
      if (last === undefined || property === undefined || inner !== undefined || !isWhole) return undefined;
      return { kind: 'choice', property, cases, ...last };
    }
    default:
      return undefined;
  }
}

type Alternative = Extract<Reading, { kind: 'text' | 'choice' }>;

function alternativeOf(
  type: GraphQLLeafType,
  { orElse, otherwise }: Alternative,
  names: Names,
): { orElse: string } | { otherwise: CutValue } | undefined {
  if (otherwise === undefined) {
    const json = constantOf(type, orElse);
    return json === undefined ? undefined : { orElse: json };
  }
  const value = leafOf(type, otherwise, names);
  return value && { otherwise: value };
}

/** The JSON of a value that a resolver returns; undefined if its type refuses the value. */
function constantOf(type: GraphQLLeafType, value: unknown): string | undefined {
  if (value === null) return 'null';
  try {
    return JSON.stringify(type.serialize(value));
  } catch (error) {
    if (error instanceof GraphQLError) return undefined;
    throw error;
  }
}

function objectOf(selection: Selection, reading: Reading, names: Names, checks: TextCheck[]): CutValue | undefined {
  if (reading.kind === 'view') {
    const of = fieldsOf(selection, names.in(reading.names), checks);
    if (of === undefined || reading.list === undefined) return of && { kind: 'within', of };
    const [list, inner] = names.pathOf(reading.list) ?? [];
    return list === undefined || inner !== undefined ? undefined : { kind: 'within', of, unlessNotList: list };
  }
  if (reading.kind !== 'object') return undefined;
  const path = names.pathOf(reading.path);
  const of = fieldsOf(selection, Names.below(reading.under), checks);
  if (path === undefined || of === undefined) return undefined;
  if (reading.check !== undefined) checks.push(reading.check);
  return { kind: 'object', path, of, requires: reading.has };
}

function listOf(item: Completion, reading: Reading, names: Names): CutValue | undefined {
  const path = 'path' in reading ? names.pathOf(reading.path) : undefined;
  const [property, inner] = path ?? [];
  if (property === undefined || inner !== undefined) return undefined;
  if (reading.kind === 'texts' && item.kind === 'leaf' && isWrittenAsIs('texts', item.type.name)) {
    return { kind: 'texts', property, orElse: reading.isNullable ? 'null' : '[]' };
  }
  if (reading.kind !== 'objects' || item.kind !== 'object') return undefined;
  const innerChecks: TextCheck[] = [];
  const of = fieldsOf(item.selection, Names.below(reading.under), innerChecks);
  // The texts of checks are those of rows, not of objects in their lists.
  if (of === undefined || innerChecks.length > 0) return undefined;
  return { kind: 'objects', property, of, ...(reading.has !== undefined && { requires: reading.has }) };
}

/** All fields of an object inside a row: what is not cut whole is not cut at all. */
function fieldsOf(selection: Selection, names: Names, checks: TextCheck[]): CutField[] | undefined {
  const fields: CutField[] = [];
  for (const step of selection.steps) {
    const field = fieldOf(step, fields, names, checks);
    if (field === undefined) return undefined;
    fields.push(field);
  }
  return fields;
}
