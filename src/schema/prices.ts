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
  /** Calls in one request at most; undefined: one for each parent. */
  readonly upTo: number | undefined;
  /** Undefined for what is no page. */
  readonly paging: Paging | undefined;
  /** Whether the same of several rooms is read at once: see `ways.ts`. */
  readonly isInBulk: boolean;
  /** Fields below with any of which it is another call than without. */
  readonly variedBy: readonly string[];
}

/** What the schema's directives say of one field. */
export interface FieldPrice {
  readonly calls: readonly CallPrice[];
  /** Calls that an argument adds when it is given; they take the place of the field's own. */
  readonly argumentCalls: ReadonlyMap<string, readonly CallPrice[]>;
  readonly fromRecord: 'no' | 'part' | 'whole' | 'ifGiven';
  /** Whether the record of a room is read for it, to see what kind of room that is. */
  readonly checksRoom: boolean;
  readonly isReference: boolean;
  /** For a reference: whether the client has named the room, and not the workspace. */
  readonly isGiven: boolean;
  /** Elements that a list is taken to have that is no page. */
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
  assumedSize: 1,
};

/** Reads the directives of `cost.graphql`. What pages and rooms take is counted in `page-prices.ts` and `ways.ts`. */
export function readPrices(schema: GraphQLSchema): Prices {
  const prices = new Map<string, FieldPrice>();
  const callsOf = (directives: readonly ConstDirectiveNode[] | undefined): CallPrice[] =>
    (directives ?? [])
      .filter(({ name }) => name.value === 'calls')
      .map((node) => {
        const { endpoint, upTo, paging, inBulk, variedBy } = valuesOf(schema, node);
        return {
          endpoint: String(endpoint),
          upTo: typeof upTo === 'number' ? upTo : undefined,
          paging: pagingNamed(paging),
          isInBulk: inBulk === true,
          variedBy: asTexts(variedBy),
        };
      });
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    const ofType = type.astNode?.directives;
    prices.set(type.name, { ...free, calls: callsOf(ofType), checksRoom: named(ofType, 'checksRoom') !== undefined });
    for (const field of Object.values(type.getFields())) {
      const directives = field.astNode?.directives;
      const reference = named(directives, 'reference');
      const list = named(directives, 'assumedSize');
      const argumentCalls = field.args.map(
        (argument) => [argument.name, callsOf(argument.astNode?.directives)] as const,
      );
      prices.set(`${type.name}.${field.name}`, {
        calls: callsOf(directives),
        argumentCalls: new Map(argumentCalls.filter(([, calls]) => calls.length > 0)),
        fromRecord: recordKind(schema, named(directives, 'fromRecord')),
        checksRoom: named(directives, 'checksRoom') !== undefined,
        isReference: reference !== undefined,
        isGiven: reference !== undefined && valuesOf(schema, reference)['isGiven'] === true,
        assumedSize: list === undefined ? 1 : Number(valuesOf(schema, list)['elements']),
      });
    }
  }
  return prices;
}

const named = (directives: readonly ConstDirectiveNode[] | undefined, wanted: string): ConstDirectiveNode | undefined =>
  directives?.find(({ name }) => name.value === wanted);

function recordKind(schema: GraphQLSchema, node: ConstDirectiveNode | undefined): FieldPrice['fromRecord'] {
  if (node === undefined) return 'no';
  const { whole, ifGiven } = valuesOf(schema, node);
  if (ifGiven === true) return 'ifGiven';
  return whole === true ? 'whole' : 'part';
}

/** The arguments of one directive where it is applied, with its defaults. A valid schema has each that it uses. */
const valuesOf = (schema: GraphQLSchema, node: ConstDirectiveNode): Record<string, unknown> =>
  getDirectiveValues(schema.getDirective(node.name.value) as GraphQLDirective, { directives: [node] }) as Record<
    string,
    unknown
  >;
