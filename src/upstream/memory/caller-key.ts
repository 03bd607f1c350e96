import { hash } from 'node:crypto';

/** A user as the process may remember them: a hash of their id, which all their tokens share. */
export const userKeyOf = (userId: string): string => hash('sha256', userId, 'base64url');

/** A pair of user id and token, the same way: the hash of the id that it claims, and a hash of both. */
export const callerKeyOf = (userId: string, authToken: string): string =>
  `${userKeyOf(userId)}.${hash('sha256', `${userId}\0${authToken}`, 'base64url')}`;

/** The user that a pair claims. Until the workspace accepts the pair, this is no more than a claim. */
export const claimedUserOf = (callerKey: string): string => callerKey.slice(0, callerKey.indexOf('.'));

/** What only the same user's calls find again: a hash of the user, as `userKeyOf` makes it, and the id of something. */
export const keyOfUsersOwn = (userKey: string, id: string): string => hash('sha256', `${userKey}\0${id}`, 'base64url');
