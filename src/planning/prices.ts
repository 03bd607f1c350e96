import {
  getDirectiveValues,
  isObjectType,
  type ConstDirectiveNode,
  type GraphQLDirective,
  type GraphQLSchema,
} from 'graphql';

/** One `@calls` of the schema. */
export interface CallPrice {
  readonly endpoint: string;
  /** Calls in one request at most. */
  readonly upTo: number;
  /** Parents from which on this endpoint is asked. */
  readonly from: number;
  readonly searches: boolean;
}

/** What the schema's directives say of one field. */
export interface FieldPrice {
  readonly calls: readonly CallPrice[];
  /** Calls that an argument adds when it is given; they take the place of the field's own. */
  readonly argumentCalls: ReadonlyMap<string, readonly CallPrice[]>;
  readonly fromRecord: 'no' | 'part' | 'whole';
  readonly isReference: boolean;
  /** Elements that a list is taken to have that is no page. */
  readonly assumedSize: number;
}

/** Prices by schema coordinate: `DirectMessage.messages` for a field, `Message` for finding one by its key. */
export type Prices = ReadonlyMap<string, FieldPrice>;

const free: FieldPrice = { calls: [], argumentCalls: new Map(), fromRecord: 'no', isReference: false, assumedSize: 1 };

/** Reads `@calls`, `@fromRecord`, `@reference` and `@assumedSize`: the schema is the only place where prices are written. */
export function readPrices(schema: GraphQLSchema): Prices {
  const prices = new Map<string, FieldPrice>();
  const callsOf = (directives: readonly ConstDirectiveNode[] | undefined): CallPrice[] =>
    (directives ?? [])
      .filter(({ name }) => name.value === 'calls')
      .map((node) => {
        const { endpoint, upTo, from, searches } = valuesOf(schema, node);
        return {
          endpoint: String(endpoint),
          upTo: typeof upTo === 'number' ? upTo : Number.POSITIVE_INFINITY,
          from: Number(from),
          searches: searches === true,
        };
      });
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    prices.set(type.name, { ...free, calls: callsOf(type.astNode?.directives) });
    for (const field of Object.values(type.getFields())) {
      const directives = field.astNode?.directives;
      const record = directives?.find(({ name }) => name.value === 'fromRecord');
      const isWhole = record !== undefined && valuesOf(schema, record)['whole'] === true;
      const list = directives?.find(({ name }) => name.value === 'assumedSize');
      const argumentCalls = field.args.map((argument) => [argument.name, callsOf(argument.astNode?.directives)] as const);
      prices.set(`${type.name}.${field.name}`, {
        calls: callsOf(directives),
        argumentCalls: new Map(argumentCalls.filter(([, calls]) => calls.length > 0)),
        fromRecord: record === undefined ? 'no' : isWhole ? 'whole' : 'part',
        isReference: directives?.some(({ name }) => name.value === 'reference') ?? false,
        assumedSize: list === undefined ? 1 : Number(valuesOf(schema, list)['elements']),
      });
    }
  }
  return prices;
}

/** The arguments of one directive where it is applied, with its defaults. A valid schema has each that it uses. */
const valuesOf = (schema: GraphQLSchema, node: ConstDirectiveNode): Record<string, unknown> =>
  getDirectiveValues(schema.getDirective(node.name.value) as GraphQLDirective, { directives: [node] }) as Record<string, unknown>;
