import type { GatewayError } from '../errors.ts';
import type { HeldBytes, Holder } from './held-bytes.ts';

/** What a byte of JSON takes once it is parsed: two to three in rows of messages, twenty in a list of empty objects. */
const perReceivedByte = 3;
const perSentByte = 20;
/** A token takes so much until its query is answered, one needs two bytes, and there are so many at most. */
const perToken = 300;
const maxTokensHeld = 2000;
/** An answer's value, with its share of the objects around it. */
const perValue = 128;

export interface Weighed {
  readonly isAccepted: boolean;
  stop(reason: GatewayError): void;
}

/** What one request that is under way takes of the heap, about: its body and query, the workspace's rows, and its answer. */
export class RequestWeight implements Holder {
  readonly #held: HeldBytes;
  readonly #refusal: () => GatewayError;
  #request: Weighed | undefined;
  #bytes = 0;
  #received = 0;
  #values = 0;

  /** `refusal`: why a request that takes too much gives up what it waits for. */
  constructor(held: HeldBytes, refusal: () => GatewayError) {
    this.#held = held;
    this.#refusal = refusal;
  }

  /** Strangers go first. */
  get isAccepted(): boolean {
    return this.#request?.isAccepted ?? false;
  }

  destroy(): void {
    this.#request?.stop(this.#refusal());
  }

  /** The request begins with a body, or an address, of so many bytes. */
  begin(request: Weighed, bytes: number): void {
    this.#request = request;
    this.#bytes = perSentByte * bytes + perToken * Math.min(maxTokensHeld, bytes / 2);
    this.#tell();
  }

  /** Bytes that the workspace has answered so far. */
  received(bytes: number): void {
    this.#received = bytes;
    this.#tell();
  }

  /** Values that its answer has so far. */
  answered(values: number): void {
    this.#values = values;
    this.#tell();
  }

  end(): void {
    this.#request = undefined;
    this.#held.drop(this);
  }

  #tell(): void {
    if (this.#request === undefined) return;
    this.#held.set(this, Math.round(this.#bytes + perReceivedByte * this.#received + perValue * this.#values));
  }
}
