import type { Signature } from './message-changes.ts';

/** Arguments of the world's methods. */

export interface NewMessage {
  readonly roomId: string;
  readonly userId: string;
  readonly text: string;
  /** When it was sent; one second after the newest moment of the world by default. */
  readonly at?: string;
  readonly id?: string;
  /** Any other stored field. `undefined` removes the field from the message. */
  readonly [field: string]: unknown;
}

export interface NewRoom {
  readonly userIds: readonly string[];
  readonly id?: string;
  readonly at?: string;
  /** `d` by default. */
  readonly t?: string;
  readonly [field: string]: unknown;
}

export interface RemoveOptions {
  readonly showStatus?: boolean;
  readonly keepHistory?: boolean;
  readonly at?: string;
}

export interface DeletionOptions extends Required<RemoveOptions> {
  /** Id of the hidden copy, if there is one. */
  readonly copyId: () => string;
  readonly deletedBy: Signature;
}
