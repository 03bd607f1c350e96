/** What callers of the world give it to store. */

export interface NewMessage {
  readonly roomId: string;
  readonly userId: string;
  readonly text: string;
  /** When it was sent; one second after the newest moment of the world by default. */
  readonly at?: string;
  readonly id?: string;
  /** Any other stored field. A field given as `undefined` is left out of the message. */
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
