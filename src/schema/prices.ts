import {
  getDirectiveValues,
  isObjectType,
  type ConstDirectiveNode,
  type GraphQLDirective,
  type GraphQLSchema,
} from 'graphql';
import { asTexts } from '../json.ts';
import { pagingNamed, type Paging } from '../pagination/page-prices.ts';

/** One `@calls` of the schema. */
export interface CallPrice {
  readonly endpoint: string;
  /** Calls per parent. */
  readonly times: number;
  /** Calls per request, at most; undefined: as many as its parents take. */
  readonly upTo: number | undefined;
  /** Undefined if the field is not a page. */
  readonly paging: Paging | undefined;
  /** The list that can replace one call per room: see `bulk-or-single.ts`. */
  readonly bulk: string | undefined;
  /** Fields below that need a different call when any of them is selected. */
  readonly variedBy: readonly string[];
}

/** Endpoints that read rooms and users: one each, or a list of all the caller's rooms, or of all members of a room. */
export interface RoomEndpoints {
  readonly record: { readonly single: string; readonly bulk: string };
  readonly counters: { readonly single: string; readonly bulk: string };
  readonly users: { readonly single: string; readonly bulk: string };
}

/** One `@record` of the schema. */
export interface RecordPrice {
  readonly single: string;
  readonly bulk: string;
  /** Whether the bulk response is that of one room. */
  readonly isPerRoom: boolean;
}

/** What the schema's directives say about one field. */
export interface FieldPrice {
  readonly calls: readonly CallPrice[];
  /** Calls that replace the field's own when the argument is given. */
  readonly argumentCalls: ReadonlyMap<string, readonly CallPrice[]>;
  readonly fromRecord: 'no' | 'part' | 'whole' | 'ifGiven';
  /** Whether the field reads the room’s record, to find out what kind of room it is. */
  readonly checksRoom: boolean;
  readonly isReference: boolean;
  /** For a reference: whether the client named the room, rather than the workspace. */
  readonly isGiven: boolean;
  /** For a reference: fields that come with it. */
  readonly has: readonly string[];
  /** For a reference: whether its calls are saved if only the `id` is selected. */
  readonly isFreeById: boolean;
  /** Whether its messages are the replies of one thread. */
  readonly isOfOneThread: boolean;
  /** Whether its rooms may be other people’s, whose members upstream does not list. */
  readonly isOfOthers: boolean;
  /** For a type: how its record is read. */
  readonly record: RecordPrice | undefined;
  /** Whether the field tells something about all pages, so that an empty page calls upstream too. */
  readonly isOfAllPages: boolean;
  /** Assumed length of a list that is not a page. */
  readonly assumedSize: number;
}

/** Prices by schema coordinate: `DirectMessage.messages` for a field, `Message` for finding one by its key. */
export type Prices = ReadonlyMap<string, FieldPrice>;

const free: FieldPrice = {
  calls: [],
  argumentCalls: new Map(),
  fromRecord: 'no',
  checksRoom: false,
  isReference: false,
  isGiven: false,
  has: [],
  isFreeById: false,
  isOfOneThread: false,
  isOfOthers: false,
  record: undefined,
  isOfAllPages: false,
  assumedSize: 1,
};

/** Reads the directives of `cost.graphql`. The calls of pages and rooms are in `page-prices.ts` and `bulk-or-single.ts`. */
export function readPrices(schema: GraphQLSchema): Prices {
  const prices = new Map<string, FieldPrice>();
  const callsOf = (directives: readonly ConstDirectiveNode[] | undefined): CallPrice[] =>
    (directives ?? [])
      .filter(({ name }) => name.value === 'calls')
      .map((node) => {
        const { endpoint, times, upTo, paging, bulk, variedBy } = valuesOf(schema, node);
        return {
          endpoint: String(endpoint),
          times: Number(times),
          upTo: typeof upTo === 'number' ? upTo : undefined,
          paging: pagingNamed(paging),
          bulk: typeof bulk === 'string' ? bulk : undefined,
          variedBy: asTexts(variedBy),
        };
      });
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    const ofType = type.astNode?.directives;
    prices.set(type.name, {
      ...free,
      calls: callsOf(ofType),
      checksRoom: named(ofType, 'checksRoom') !== undefined,
      record: recordOf(schema, named(ofType, 'record')),
    });
    for (const field of Object.values(type.getFields())) {
      const directives = field.astNode?.directives;
      const reference = referenceOf(schema, named(directives, 'reference'));
      const list = named(directives, 'assumedSize');
      const argumentCalls = field.args.map(
        (argument) => [argument.name, callsOf(argument.astNode?.directives)] as const,
      );
      prices.set(`${type.name}.${field.name}`, {
        calls: callsOf(directives),
        argumentCalls: new Map(argumentCalls.filter(([, calls]) => calls.length > 0)),
        fromRecord: recordKind(schema, named(directives, 'fromRecord')),
        checksRoom: named(directives, 'checksRoom') !== undefined,
        ...reference,
        isOfOneThread: named(directives, 'ofOneThread') !== undefined,
        isOfOthers: named(directives, 'ofOthers') !== undefined,
        record: undefined,
        isOfAllPages: named(directives, 'ofAllPages') !== undefined,
        assumedSize: list === undefined ? 1 : Number(valuesOf(schema, list)['elements']),
      });
    }
  }
  return prices;
}

/** The endpoints that `@record` and `@calls(bulk)` name. Throws unless each of them stands once in the schema. */
export function roomEndpointsOf(prices: Prices): RoomEndpoints {
  const all = [...prices.values()];
  const records = all.flatMap((price) => price.record ?? []);
  const [record, ...otherRecords] = records.filter(({ isPerRoom }) => !isPerRoom);
  const [users, ...otherUsers] = records.filter(({ isPerRoom }) => isPerRoom);
  const [counters, ...otherCounters] = all.flatMap(({ calls }) =>
    calls.flatMap(({ endpoint, bulk }) => (bulk === undefined ? [] : { single: endpoint, bulk })),
  );
  const others = otherRecords.length + otherUsers.length + otherCounters.length;
  if (record === undefined || users === undefined || counters === undefined || others > 0)
    throw new Error('The schema must have two types with @record, one per room, and one field with @calls(bulk).');
  return { record, counters, users };
}

const named = (directives: readonly ConstDirectiveNode[] | undefined, wanted: string): ConstDirectiveNode | undefined =>
  directives?.find(({ name }) => name.value === wanted);

function recordKind(schema: GraphQLSchema, node: ConstDirectiveNode | undefined): FieldPrice['fromRecord'] {
  if (node === undefined) return 'no';
  const { whole, ifGiven } = valuesOf(schema, node);
  if (ifGiven === true) return 'ifGiven';
  return whole === true ? 'whole' : 'part';
}

function recordOf(schema: GraphQLSchema, node: ConstDirectiveNode | undefined): RecordPrice | undefined {
  if (node === undefined) return undefined;
  const { endpoint, bulk, isPerRoom } = valuesOf(schema, node);
  return { single: String(endpoint), bulk: String(bulk), isPerRoom: isPerRoom === true };
}

type Reference = Pick<FieldPrice, 'isReference' | 'isGiven' | 'has' | 'isFreeById'>;

function referenceOf(schema: GraphQLSchema, node: ConstDirectiveNode | undefined): Reference {
  if (node === undefined) return { isReference: false, isGiven: false, has: [], isFreeById: false };
  const { isGiven, has, isFreeById } = valuesOf(schema, node);
  return { isReference: true, isGiven: isGiven === true, has: asTexts(has), isFreeById: isFreeById === true };
}

/** The arguments of an applied directive, defaults included. A valid schema defines every directive that it uses. */
const valuesOf = (schema: GraphQLSchema, node: ConstDirectiveNode): Record<string, unknown> =>
  getDirectiveValues(schema.getDirective(node.name.value) as GraphQLDirective, { directives: [node] }) as Record<
    string,
    unknown
  >;
