import { gatewayErrorOf, refusalOfRequest, type GatewayError } from '../errors.ts';
import { jsonBytes, maxBytesPerLength } from '../json.ts';
import { maxAnswerBytes, maxStrangerBytes, maxValues, valuesPerError } from '../limits.ts';

/** Values after which their number is told to who counts what all answers take. */
const valuesPerStep = 2000;
/** What an error takes with its message, place and path, about. */
const bytesPerError = 300;

/**
 * How large the answer to one request has become, counted while it is made, by whoever makes it. Beyond the limits the
 * request is refused as a whole: what comes of it by then is thrown away, and nothing more is worked out.
 *
 * Values are leaves, nulls and empty lists in place of others, and by parts objects that have none of their own. Texts count by their characters at first; an answer that
 * could be too large once it is written out in UTF-8 is measured before that.
 */
export class AnswerSize {
  readonly #isAccepted: () => boolean;
  readonly #onGrown: (values: number) => void;
  /** Values at which somebody looks: what is next of a step and the limit. */
  #nextStep = valuesPerStep;
  #maxBytes = maxStrangerBytes;
  #values = 0;
  #bytes = 0;
  #base = { values: 0, bytes: 0 };
  #isBegun = false;
  #refusal: GatewayError | undefined;

  /**
   * `isAccepted`: whether the workspace has accepted the caller by now; for others there is little that could be large.
   * `onGrown` is told of the values now and then.
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

  /** Why the request is refused; undefined as long as it is not. */
  get refusal(): GatewayError | undefined {
    return this.#refusal;
  }

  /** Whether this is the first time since the run began. */
  begin(): boolean {
    const isFirst = !this.#isBegun;
    this.#isBegun = true;
    return isFirst;
  }

  /** Counts what becomes part of the answer. Throws when that is too much. */
  add(values: number, bytes: number): void {
    this.#values += values;
    this.#bytes += bytes;
    if (this.#values > this.#nextStep || this.#bytes > this.#maxBytes) this.#checkLimits();
  }

  /** Counts a field that failed. Where that is one too many, the error is that of the whole request. */
  addError(error: unknown): void {
    try {
      this.add(valuesPerError, bytesPerError);
    } catch {
      this.#refusal = gatewayErrorOf(error) ?? this.#refusal;
      throw this.#refusal;
    }
  }

  /** What has been counted by now is part of the answer, however often the rest is run. */
  holdBase(): void {
    this.#base = { values: this.#values, bytes: this.#bytes };
  }

  /** Begins again for another run of the same operation; what was refused stays refused. */
  reset(): void {
    this.#values = this.#base.values;
    this.#bytes = this.#base.bytes;
    this.#isBegun = false;
  }

  /** Measures the whole answer where it could be larger than it was counted. */
  measure(answer: unknown): void {
    if (this.#refusal !== undefined || this.#bytes * maxBytesPerLength <= maxStrangerBytes) return;
    this.#raiseLimit();
    if (this.#bytes * maxBytesPerLength <= this.#maxBytes) return;
    this.#bytes = jsonBytes(answer, this.#maxBytes);
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
      `The answer to this query has more than ${maxValues} values or ${this.#maxBytes} bytes: ask for smaller pages, or for less in each row.`,
    );
  }

  /** Refuses the request for the weight of what it asks for. */
  refuse(message: string): GatewayError {
    return (this.#refusal ??= refusalOfRequest('QUERY_TOO_COMPLEX', message));
  }
}
