import type { ServerResponse } from 'node:http';
import type { RequestContext } from '../context/request-context.ts';
import type { Holder } from './held-bytes.ts';

/** The client of one request, in whose name the bytes of its response are held until they have been read. */
export class ResponseReader implements Holder {
  held: Holder['held'];
  readonly #res: ServerResponse;
  readonly #request: Pick<RequestContext, 'isAccepted'>;

  constructor(res: ServerResponse, request: Pick<RequestContext, 'isAccepted'>) {
    this.#res = res;
    this.#request = request;
  }

  get isAccepted(): boolean {
    return this.#request.isAccepted;
  }

  destroy(): void {
    this.#res.destroy();
  }
}
