/**
 * Ends of calls that the store did not hear of, as it was lost just then. Until it does, their leases stay out for as long
 * as a call can take, and nobody gets those calls.
 */
export class UntoldEnds {
  readonly #ends = new Map<string, 'lost' | 'back'>();

  /** `lost`: the call may have been counted; `back`: it was not, or what its response said is told apart from it. */
  add(leases: Iterable<string>, end: 'lost' | 'back'): void {
    for (const lease of leases) this.#ends.set(lease, end);
  }

  /** All of them, which are forgotten. */
  takeAll(): { readonly lost: readonly string[]; readonly back: readonly string[] } {
    const ends = { lost: [] as string[], back: [] as string[] };
    for (const [lease, end] of this.#ends) ends[end].push(lease);
    this.#ends.clear();
    return ends;
  }
}
