import { GatewayError } from '../errors.ts';
import type { ReceiptsLicence } from './memory/receipts-licence.ts';
import type { RateLimits } from './rate-limit/rate-limits.ts';
import type { SharedStore } from './rate-limit/shared-store.ts';
import type { Breaker } from './transport/breaker.ts';
import { messages } from './transport/failures.ts';

/** What one replica learns of the workspace, and the others should know. Milliseconds from now. */
export interface Finding {
  /** The circuit breaker has opened for this long. */
  readonly downMs?: number;
  /** The workspace has no licence for read receipts; believed for this long. */
  readonly unlicensedMs?: number;
  /** The workspace refused this pair of user id and token, by its hash. */
  readonly refused?: string;
}

export interface StoreListener {
  /** The store was lost, is back, or has lost its memory. */
  storeChanged(): void;
  /** What replicas found, this one included; still true for that long. */
  heard?(findings: { readonly downMs: number; readonly unlicensedMs: number }): void;
}

/** What several replicas before one workspace share. It may be away at any time. */
export interface WorkspaceStore extends SharedStore {
  subscribe(listener: StoreListener): void;
  tell(finding: Finding): void;
  /** Whether a replica has seen the workspace refuse this pair, some seconds ago at most. */
  isRefused(callerKey: string): boolean;
}

/** Tells the parts of a workspace what comes from its store. */
export const createStoreListener = ({
  breaker,
  rateLimits,
  receiptsLicence,
}: {
  readonly breaker: Breaker;
  readonly rateLimits: RateLimits;
  readonly receiptsLicence: ReceiptsLicence;
}): StoreListener => ({
  storeChanged: () => rateLimits.storeChanged(),
  heard: ({ downMs, unlicensedMs }) => {
    breaker.hear(downMs);
    receiptsLicence.hearMissing(unlicensedMs);
  },
});

/** Another replica has just seen the workspace refuse these credentials. */
export const refusedElsewhere = (): GatewayError =>
  new GatewayError('UNAUTHENTICATED', messages.unauthenticated(), { detail: 'refused by the workspace a moment ago' });
