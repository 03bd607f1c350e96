import { expect, it } from 'vitest';
import { SearchAllowance } from '../../src/planning/search-allowance.ts';

it('all pages of a request may take twenty calls beyond their own, and not one more', () => {
  const allowance = new SearchAllowance();
  for (let call = 0; call < 20; call += 1) allowance.take();
  const refusal = { code: 'UPSTREAM_BAD_RESPONSE', message: 'The lists have moved too far to be found again: begin at the first page.', detail: 'search allowance used up' };
  expect(() => allowance.take()).toThrow(expect.objectContaining(refusal));
  expect(() => allowance.take()).toThrow(expect.objectContaining(refusal));
});
