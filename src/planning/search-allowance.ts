import { GatewayError } from '../errors.ts';
import { searchAllowance } from './ledger.ts';

/** Calls that all pages of one request may take beyond their own price, to find their places in lists that moved. */
export class SearchAllowance {
  #left = searchAllowance;

  /** Takes one call, or refuses when none is left. */
  take(): void {
    if (this.#left === 0) {
      throw new GatewayError('UPSTREAM_BAD_RESPONSE', 'The lists have moved too far to be found again: begin at the first page.', {
        detail: 'search allowance used up',
      });
    }
    this.#left -= 1;
  }
}
