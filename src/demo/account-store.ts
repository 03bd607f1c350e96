import type { Account } from './types.ts';

/** Users of the workspace, deactivated ones included. */
export class AccountStore {
  readonly list: Account[];
  readonly #byId: Map<string, Account>;

  constructor(accounts: readonly Account[]) {
    this.list = accounts.map((account) => ({ ...account, roles: [...account.roles] }));
    this.#byId = new Map(this.list.map((account) => [account.id, account]));
  }

  find(id: string): Account | undefined {
    return this.#byId.get(id);
  }

  remove(id: string): void {
    this.#byId.delete(id);
    const index = this.list.findIndex((account) => account.id === id);
    if (index >= 0) this.list.splice(index, 1);
  }
}
