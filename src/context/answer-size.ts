import { gatewayErrorOf, refusalOfRequest, type GatewayError } from '../errors.ts';
import { maxBytesPerLength } from '../json.ts';
import { maxAnswerBytes, maxStrangerBytes, maxValues, valuesPerError } from '../limits.ts';

/** Values between two calls of `onGrown`. */
const valuesPerStep = 2000;
/** Approximate bytes of an error with its message, location and path. */
const bytesPerError = 300;

/**
 * The size of one response so far, counted by graphql-js's resolvers or the compiled run. Beyond the limits the whole request
 * is rejected: its partial result is dropped, and execution stops.
 *
 * Leaves, nulls and empty lists each count as a value; objects without leaves count as a fraction. Strings count by their
 * characters at first; a response that could be too large in UTF-8 is measured before it is sent.
 */
export class AnswerSize {
  readonly #isAccepted: () => boolean;
  readonly #onGrown: (values: number) => void;
  /** Values at the next check: a step further, or the limit. */
  #nextStep = valuesPerStep;
  #maxBytes = maxStrangerBytes;
  #values = 0;
  #bytes = 0;
  #base = { values: 0, bytes: 0 };
  #isBegun = false;
  #refusal: GatewayError | undefined;

  /**
   * `isAccepted`: whether the workspace has accepted the caller by now; others get a lower limit. `onGrown` receives the
   * values now and then.
   */
  constructor(isAccepted: () => boolean, onGrown: (values: number) => void = () => undefined) {
    this.#isAccepted = isAccepted;
    this.#onGrown = onGrown;
  }

  get values(): number {
    return this.#values;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Why the request is rejected; undefined while it is not. */
  get refusal(): GatewayError | undefined {
    return this.#refusal;
  }

  /** Whether this is the first time since the run began. */
  begin(): boolean {
    const isFirst = !this.#isBegun;
    this.#isBegun = true;
    return isFirst;
  }

  /** Counts a part of the response. Throws beyond the limits. */
  add(values: number, bytes: number): void {
    this.#values += values;
    this.#bytes += bytes;
    if (this.#values > this.#nextStep || this.#bytes > this.#maxBytes) this.#checkLimits();
  }

  /** Counts a failed field. Beyond the limits, its error becomes that of the whole request. */
  addError(error: unknown): void {
    try {
      this.add(valuesPerError, bytesPerError);
    } catch {
      this.#refusal = gatewayErrorOf(error) ?? this.#refusal;
      throw this.#refusal;
    }
  }

  /** Keeps the count so far, however often the rest runs again. */
  holdBase(): void {
    this.#base = { values: this.#values, bytes: this.#bytes };
  }

  /** Restarts the count for another run of the operation; a rejection stays. */
  reset(): void {
    this.#values = this.#base.values;
    this.#bytes = this.#base.bytes;
    this.#isBegun = false;
  }

  /** Measures the whole response if it could be larger than counted. `bytesOf`: its bytes, or more than `most`. */
  measure(bytesOf: (most: number) => number): void {
    if (this.#refusal !== undefined) return;
    this.#raiseLimit();
    if (this.#bytes * maxBytesPerLength <= this.#maxBytes) return;
    this.#bytes = bytesOf(this.#maxBytes);
    this.#checkLimits();
  }

  #raiseLimit(): void {
    if (this.#isAccepted()) this.#maxBytes = maxAnswerBytes;
  }

  #checkLimits(): void {
    this.#raiseLimit();
    if (this.#values > this.#nextStep) {
      this.#nextStep = Math.min(maxValues, this.#values + valuesPerStep);
      this.#onGrown(this.#values);
    }
    if (this.#values <= maxValues && this.#bytes <= this.#maxBytes) return;
    throw this.refuse(
      `The response to this query exceeds ${maxValues} values or ${this.#maxBytes} bytes. Ask for smaller pages, or for less in each row.`,
    );
  }

  /** Rejects the request as too complex. */
  refuse(message: string): GatewayError {
    return (this.#refusal ??= refusalOfRequest('QUERY_TOO_COMPLEX', message));
  }
}
