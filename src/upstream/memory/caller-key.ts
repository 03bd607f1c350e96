import { hash } from 'node:crypto';

/** A user as what outlives a request may know them: by a hash of their id, which all of their tokens share. */
export const userKeyOf = (userId: string): string => hash('sha256', userId, 'base64url');

/** A pair of user id and token, the same way: the hash of the id that it claims, and one of both. */
export const callerKeyOf = (userId: string, authToken: string): string =>
  `${userKeyOf(userId)}.${hash('sha256', `${userId}\0${authToken}`, 'base64url')}`;

/** The user whom a pair claims to be of. As long as the workspace has not accepted the pair, anybody can claim that. */
export const claimedUserOf = (callerKey: string): string => callerKey.slice(0, callerKey.indexOf('.'));
