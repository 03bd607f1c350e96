import type { GatewayError } from '../errors.ts';
import { asList, asObject, asObjects, type JsonObject } from '../json.ts';
import type { CutRow } from '../projection/cut-row.ts';
import type { Endpoint } from './endpoint.ts';
import { readHttpDate } from './rate-limit/rate-headers.ts';
import { badShape, type CallAnswer, type ResponseBody, type Timing } from './transport/response.ts';
import { isHidden, readStored, type ReadRow, type RestPage, type RestRows } from './types.ts';

/** The largest `total`: GraphQL's Int. */
const maxTotal = 2_147_483_647;

/**
 * The JSON of a successful response, and how to read it. A part that is missing makes the response broken: it is never
 * taken for an empty one.
 */
export class EndpointResponse {
  readonly endpoint: Endpoint;
  readonly body: JsonObject;
  readonly #cut: ResponseBody['cut'];
  readonly #timing: Timing;
  readonly #onDroppedRow: () => void;
  /** The rows that were cut, as objects. */
  #lazy: readonly (JsonObject | undefined)[] | undefined;

  constructor(endpoint: Endpoint, { json, cut, timing }: CallAnswer, onDroppedRow: () => void) {
    this.endpoint = endpoint;
    this.body = json;
    this.#cut = cut;
    this.#timing = timing;
    this.#onDroppedRow = onDroppedRow;
  }

  /** When the workspace began to read, or somewhat earlier, in epoch milliseconds of its own clock. */
  get readAt(): number {
    const { date = '', tookMs } = this.#timing;
    const respondedAt = readHttpDate(date);
    if (respondedAt === undefined) throw this.unusable('no `Date`');
    return respondedAt - tookMs;
  }

  /** The object `name`, which must have the id that the call was made for. */
  object(name: string, id: string): JsonObject {
    const object = asObject(this.body[name]);
    if (object?.['_id'] !== id) throw this.unusable(`not the requested \`${name}\``);
    return object;
  }

  /** The objects of the list `name`. */
  objects(name: string): JsonObject[] {
    return this.#items(name).filter((item) => item !== undefined);
  }

  /** The objects of a list that is further inside. */
  objectsOf(list: unknown, name: string): JsonObject[] {
    return asObjects(this.#checkList(list, name));
  }

  /**
   * The rows of the list `name`, at most `maxRows`. A hidden or unreadable row is left out, but keeps its place.
   */
  rows<Row>(name: string, readRow: ReadRow<Row>, maxRows = Number.POSITIVE_INFINITY): RestRows<Row> {
    const items = this.#items(name);
    const rows: (Row | undefined)[] = [];
    for (let index = 0; index < items.length && index < maxRows; index += 1) {
      const item = items[index];
      const isLeftOut = item !== undefined && this.#isHidden(name, index, item);
      const row = item === undefined || isLeftOut ? undefined : readRow(item);
      rows.push(row);
      if (row === undefined && !isLeftOut) this.#onDroppedRow();
    }
    const storedAt = (index: number) => {
      const item = index < maxRows ? items[index] : undefined;
      return item && readStored(item);
    };
    return { rows, storedAt };
  }

  /** The same with the `total` beside it, for endpoints that take `offset` and `count`. */
  page<Row>(name: string, readRow: ReadRow<Row>, count: number): RestPage<Row> {
    const rows = this.rows(name, readRow, count);
    const { total } = this.body;
    if (typeof total !== 'number' || !Number.isSafeInteger(total) || total < 0 || total > maxTotal) {
      throw this.unusable('no `total`');
    }
    return { ...rows, total };
  }

  /** The error of a response that has not the shape of its endpoint. `detail` is for the log: what is missing. */
  unusable(detail: string): GatewayError {
    return badShape(this.endpoint, detail);
  }

  /** Whether the list has items, of which all are objects that the predicate holds for. */
  every(name: string, predicate: (item: JsonObject) => boolean): boolean {
    const items = this.#cutRows(name) === undefined ? asList(this.body[name]).map(asObject) : this.#items(name);
    return items.length > 0 && items.every((item) => item !== undefined && predicate(item));
  }

  #cutRows(name: string): readonly CutRow[] | undefined {
    return this.#cut?.cutter.list.name === name ? this.#cut.rows : undefined;
  }

  /** The items of a list; undefined in the place of one that is no object. */
  #items(name: string): readonly (JsonObject | undefined)[] {
    const rows = this.#cutRows(name);
    if (rows === undefined) return this.#list(name).map(asObject);
    return (this.#lazy ??= rows.map((row) => (row.isObject ? this.#cut?.cutter.lazy(row) : undefined)));
  }

  #isHidden(name: string, index: number, item: JsonObject): boolean {
    return this.#cutRows(name)?.[index]?.isHidden ?? isHidden(item);
  }

  #list(name: string): readonly unknown[] {
    return this.#checkList(this.body[name], name);
  }

  #checkList(list: unknown, name: string): readonly unknown[] {
    if (!Array.isArray(list)) throw this.unusable(`no list \`${name}\``);
    return list;
  }
}
