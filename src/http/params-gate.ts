import { unlistedDocument, type Safelist, type UnlistedDocument } from '../operation/safelist.ts';
import { OperationGuard } from '../operation/size-guard.ts';
import { checkSize, withPersistedQuery, type GraphqlParams } from './graphql-params.ts';
import { HttpError } from './http-error.ts';
import { refusals } from './refusals.ts';

export interface ParamsGateOptions {
  /** The list of operations; undefined: there is none. */
  readonly safelist: Safelist | undefined;
  /** Whether operations outside the list run too. */
  readonly admitsUnlistedOperations: boolean;
  readonly hasAutomaticPersistedQueries: boolean;
}

export interface Admitted {
  readonly params: GraphqlParams;
  /** A document that the list would have refused; undefined otherwise. */
  readonly unlisted: UnlistedDocument | undefined;
}

/** Decides which parameters Apollo Server gets. */
export class ParamsGate {
  readonly #options: ParamsGateOptions;
  readonly #guard = new OperationGuard();

  constructor(options: ParamsGateOptions) {
    this.#options = options;
  }

  /** Whether there is a list of operations. */
  get hasList(): boolean {
    return this.#options.safelist !== undefined;
  }

  /** Throws for operations that are too large, and for those that the list refuses. */
  admit(received: GraphqlParams, isAccepted: boolean): Admitted {
    const { safelist, admitsUnlistedOperations: admitsUnlisted, hasAutomaticPersistedQueries } = this.#options;
    const listed = safelist?.admit(received);
    const isUnlisted = safelist !== undefined && listed === undefined;
    if (isUnlisted && !admitsUnlisted) throw new HttpError(refusals.notInList);
    // A list that only reports changes nothing for texts, so that their hashes are registered as without it.
    const isAsSent = listed === undefined || (admitsUnlisted && received.query !== undefined);
    const params = withPersistedQuery(isAsSent ? received : listed, hasAutomaticPersistedQueries);
    checkSize(params, this.#guard, isAccepted);
    return { params, unlisted: isUnlisted ? unlistedDocument(received) : undefined };
  }
}
