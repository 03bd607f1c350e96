import type { GatewayError } from '../errors.ts';
import { asList, asObject, asObjects, type JsonObject } from '../json.ts';
import { lazyObject } from '../projection/lazy-row.ts';
import type { Endpoint } from './endpoint.ts';
import { readHttpDate } from './rate-limit/rate-headers.ts';
import { badShape, type CallAnswer, type ResponseBody, type Timing } from './transport/response.ts';
import { isHidden, readStored, type ReadRow, type RestPage, type RestRows, type StoredRow } from './types.ts';

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
    return this.objectsOf(this.body[name], name);
  }

  /** The objects of a list that is further inside. */
  objectsOf(list: unknown, name: string): JsonObject[] {
    return asObjects(this.#checkList(list, name));
  }

  /**
   * The rows of the list `name`, at most `maxRows`. A hidden or unreadable row is left out, but keeps its place.
   */
  rows<Row>(name: string, readRow: ReadRow<Row>, maxRows = Number.POSITIVE_INFINITY): RestRows<Row> {
    const rows: (Row | undefined)[] = [];
    const stored: (StoredRow | undefined)[] = [];
    for (const { json, isHidden } of this.#items(name).slice(0, maxRows)) {
      const row = json === undefined || isHidden ? undefined : readRow(json);
      rows.push(row);
      stored.push(json && readStored(json));
      if (row === undefined && !isHidden) this.#onDroppedRow();
    }
    return { rows, stored };
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
    const items = this.#cut?.cutter.list.name === name ? this.#items(name) : asList(this.body[name]).map(asItem);
    return items.length > 0 && items.every(({ json }) => json !== undefined && predicate(json));
  }

  #items(name: string): readonly Item[] {
    if (this.#cut?.cutter.list.name !== name) return this.#list(name).map(asItem);
    const { cutter, rows } = this.#cut;
    return rows.map((row) => ({ json: row.isObject ? lazyObject(row, cutter) : undefined, isHidden: row.isHidden }));
  }

  #list(name: string): readonly unknown[] {
    return this.#checkList(this.body[name], name);
  }

  #checkList(list: unknown, name: string): readonly unknown[] {
    if (!Array.isArray(list)) throw this.unusable(`no list \`${name}\``);
    return list;
  }
}

/** An item of a list; undefined JSON if it is no object. */
interface Item {
  readonly json: JsonObject | undefined;
  readonly isHidden: boolean;
}

function asItem(value: unknown): Item {
  const json = asObject(value);
  return { json, isHidden: json !== undefined && isHidden(json) };
}
