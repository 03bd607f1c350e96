interface Link {
  before: Link;
  after: Link;
}

/** A value in the set, by which it is removed. */
export interface Place<Value> extends Link {
  readonly value: Value;
}

/**
 * Values that come and go all the time, in order of arrival. A Set replaces its table again and again then, and in V8 a
 * dead table that has grown old keeps the next ones, with all that they held, until the next full collection.
 */
export class LinkedSet<Value> {
  readonly #ends: Link;

  constructor() {
    const ends = {} as Link;
    ends.before = ends.after = ends;
    this.#ends = ends;
  }

  add(value: Value): Place<Value> {
    const place = { value, before: this.#ends.before, after: this.#ends };
    place.before.after = place;
    this.#ends.before = place;
    return place;
  }

  /** Does nothing the second time. A removed place leads to no other. */
  remove(place: Place<Value>): void {
    place.before.after = place.after;
    place.after.before = place.before;
    place.before = place.after = place;
  }

  values(): Value[] {
    const values: Value[] = [];
    for (let link = this.#ends.after; link !== this.#ends; link = link.after) values.push((link as Place<Value>).value);
    return values;
  }
}
