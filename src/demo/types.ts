/** What the workspace stores, as JSON: instants are ISO 8601 strings in UTC with milliseconds. */

export interface Account {
  id: string;
  /** Login token, for `X-Auth-Token`. Rocket.Chat stores only its hash; the demo keeps it readable. */
  token: string;
  username: string;
  name: string;
  roles: string[];
  active: boolean;
  /** `online`, `away`, `busy` or `offline`. */
  status: string;
  statusText: string;
  /** Hours. */
  utcOffset: number;
  email: string;
  type: 'user' | 'bot';
  createdAt: string;
  updatedAt: string;
}

export interface MessageUser {
  _id: string;
  username?: string | undefined;
  name?: string | undefined;
}

export interface Mention {
  _id?: string | undefined;
  username?: string | undefined;
  name?: string | undefined;
  type?: string | undefined;
}

export interface StoredReaction {
  usernames: string[];
  names?: string[];
}

export interface Message {
  _id: string;
  rid: string;
  msg?: string | undefined;
  ts: string;
  u: MessageUser;
  _updatedAt?: string | undefined;
  t?: string | undefined;
  _hidden?: boolean | undefined;
  tmid?: string | undefined;
  tshow?: boolean | undefined;
  tcount?: number | undefined;
  tlm?: string | undefined;
  replies?: string[] | undefined;
  mentions?: Mention[] | undefined;
  reactions?: Record<string, StoredReaction> | undefined;
  starred?: { _id: string }[] | undefined;
  pinned?: boolean | undefined;
  editedAt?: string | undefined;
  unread?: boolean | undefined;
  [field: string]: unknown;
}

export interface Room {
  _id: string;
  t: string;
  usernames: string[];
  uids: string[];
  usersCount: number;
  msgs: number;
  ts: string;
  _updatedAt: string;
  lm?: string | undefined;
  lastMessage?: Message | undefined;
  ro?: boolean | undefined;
  sysMes?: boolean | string[] | undefined;
  [field: string]: unknown;
}

export interface Subscription {
  _id: string;
  rid: string;
  u: { _id: string; username: string; name: string };
  t: string;
  name: string;
  fname: string;
  open: boolean;
  alert: boolean;
  unread?: number | undefined;
  userMentions?: number | undefined;
  groupMentions: number;
  /** When the user last read the room; missing if they never opened it. */
  ls?: string | undefined;
  ts: string;
  _updatedAt: string;
  tunread?: string[] | undefined;
  [field: string]: unknown;
}

export interface Receipt {
  _id: string;
  messageId: string;
  roomId: string;
  userId: string;
  ts: string;
  _updatedAt: string;
}
