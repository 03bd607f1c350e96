import type { Message } from './types.ts';

/** What one write sets in a stored message, apart from `_updatedAt`, which each write sets. */
export type Change = (message: Message, at: string) => Partial<Message>;

/** Who did it, as messages record it. */
export interface Signature {
  readonly _id: string;
  readonly username?: string | undefined;
}

const starsWithout = ({ starred = [] }: Message, userId: string) => starred.filter(({ _id }) => _id !== userId);

export const starredBy =
  (userId: string): Change =>
  (message) => ({ starred: [...starsWithout(message, userId), { _id: userId }] });

export const unstarredBy =
  (userId: string): Change =>
  (message) => ({ starred: starsWithout(message, userId) });

export const pinnedBy =
  (pinnedBy: Signature): Change =>
  (_message, pinnedAt) => ({ pinned: true, pinnedAt, pinnedBy });

export const reactedBy =
  (username: string, emoji: string): Change =>
  ({ reactions }) => ({
    reactions: { ...reactions, [emoji]: { usernames: [...(reactions?.[emoji]?.usernames ?? []), username] } },
  });

/** Edited by its author. */
export const edited =
  (fields: Partial<Message>): Change =>
  ({ u: { _id, username } }, editedAt) => ({ ...fields, editedAt, editedBy: { _id, username } });

/** Deleted, but still shown as such; `file` and `files` stay. */
export const shownAsDeleted =
  (editedBy: Signature): Change =>
  (_message, editedAt) => ({
    t: 'rm',
    msg: '',
    urls: [],
    mentions: [],
    attachments: [],
    reactions: {},
    md: undefined,
    blocks: undefined,
    tshow: undefined,
    editedAt,
    editedBy,
  });
