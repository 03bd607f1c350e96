import type { GatewayError } from '../errors.ts';
import type { HeldBytes, Holder } from './held-bytes.ts';

/** Heap per byte of parsed JSON: two to three in rows of messages, twenty in a list of empty objects. */
const perReceivedByte = 3;
const perSentByte = 20;
/** Heap per token of the query until the response; a token takes two bytes at least, and a query may have 2000. */
const perToken = 300;
const maxTokensHeld = 2000;
/** Heap per value of the response, with its share of the objects around it. */
const perValue = 128;

export interface Weighed {
  readonly isAccepted: boolean;
  stop(reason: GatewayError): void;
}

/** Estimates the heap that one request holds: its body and query, the workspace's rows, and its response. */
export class RequestWeight implements Holder {
  readonly #held: HeldBytes;
  readonly #refusal: () => GatewayError;
  held: Holder['held'];
  #request: Weighed | undefined;
  #bytes = 0;
  #received = 0;
  #values = 0;

  /** `refusal`: the error with which a request that holds too much is stopped. */
  constructor(held: HeldBytes, refusal: () => GatewayError) {
    this.#held = held;
    this.#refusal = refusal;
  }

  /** Requests of unverified callers are stopped first. */
  get isAccepted(): boolean {
    return this.#request?.isAccepted ?? false;
  }

  destroy(): void {
    this.#request?.stop(this.#refusal());
  }

  /** Starts with the bytes of the request's body or URL. */
  begin(request: Weighed, bytes: number): void {
    this.#request = request;
    this.#bytes = perSentByte * bytes + perToken * Math.min(maxTokensHeld, bytes / 2);
    this.#update();
  }

  /** Bytes of the workspace's responses so far. */
  received(bytes: number): void {
    this.#received = bytes;
    this.#update();
  }

  /** Values of the response so far. */
  answered(values: number): void {
    this.#values = values;
    this.#update();
  }

  end(): void {
    this.#request = undefined;
    this.#held.drop(this);
  }

  #update(): void {
    if (this.#request === undefined) return;
    this.#held.set(this, Math.round(this.#bytes + perReceivedByte * this.#received + perValue * this.#values));
  }
}
