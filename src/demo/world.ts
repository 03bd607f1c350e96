export type { NewMessage, NewRoom, RemoveOptions } from './world-store.ts';
export type { Account, Message, Receipt, Room, Subscription } from './types.ts';
export { World } from './world-store.ts';
export { createEmptyWorld, createWorld } from './seed.ts';
