import { get, type Caller } from './floor-upstream.ts';

/** Upstream's JSON, as far as the floor picks from it. */
interface Message {
  readonly _id: string;
  readonly rid: string;
  readonly msg: string;
  readonly ts: string;
  readonly u: { readonly _id: string; readonly username: string; readonly name: string };
  readonly _updatedAt: string;
  readonly editedAt?: string;
  readonly t?: string;
  readonly pinned?: boolean;
  readonly urls: readonly { readonly url: string; readonly meta?: object }[];
  readonly mentions: readonly {
    readonly _id: string;
    readonly username: string;
    readonly name: string;
    readonly type: string;
  }[];
  readonly md: readonly object[];
}

interface MessagePage {
  readonly messages: readonly Message[];
  readonly total: number;
}

interface Room {
  readonly _id: string;
  readonly usernames: readonly string[];
  readonly uids: readonly string[];
  readonly msgs: number;
  readonly lm: string;
  readonly lastMessage: Message;
}

interface RoomPage {
  readonly ims: readonly Room[];
  readonly total: number;
}

interface Subscription {
  readonly rid: string;
  readonly unread: number;
  readonly ls: string;
  readonly userMentions: number;
}

interface Counters {
  readonly joined: boolean;
  readonly members: number;
  readonly msgs: number;
  readonly unreads: number;
  readonly unreadsFrom: string;
  readonly latest: string;
  readonly userMentions: number;
}

interface Receipt {
  readonly _id: string;
  readonly userId: string;
  readonly ts: string;
  readonly user: { readonly username: string; readonly name: string };
}

/** What the floor reads of a request. */
export interface FloorVariables {
  readonly roomId?: string;
  /** Rows, where a workload is asked for more or fewer than usual. */
  readonly count?: number;
}

const messagesOf = (caller: Caller, roomId: string | undefined, count: number) =>
  get<MessagePage>(
    `dm.messages?roomId=${roomId}&offset=0&count=${count}&sort=%7B%22ts%22%3A-1%2C%22_id%22%3A-1%7D`,
    caller,
  );

const roomList = (caller: Caller, count: number) =>
  get<RoomPage>(`im.list?offset=0&count=${count}&sort=%7B%22lm%22%3A-1%2C%22_id%22%3A-1%7D`, caller);

const pickAuthor = ({ _id, username, name }: Message['u']) => ({ userId: _id, username, name });

const pickMessage = ({ _id, msg, ts, u, md }: Message) => ({
  id: _id,
  text: msg,
  sentAt: ts,
  author: pickAuthor(u),
  markup: { json: md },
});

/** The data of each workload, by the calls that the gateway makes for it. */
type FloorAnswer = (variables: FloorVariables, caller: Caller) => Promise<object>;

export const floorAnswers: Readonly<Record<string, FloorAnswer | undefined>> = {
  /** One call: `im.counters`. */
  W1: async ({ roomId }, caller) => {
    const body = await get<Counters>(`im.counters?roomId=${roomId}`, caller);
    const counters = {
      joined: body.joined,
      memberCount: body.members,
      messageCount: body.msgs,
      unreadCount: body.unreads,
      unreadSince: body.unreadsFrom,
      latestAt: body.latest,
      userMentionCount: body.userMentions,
    };
    return { directMessage: { counters } };
  },

  /** One call: `dm.messages`. */
  W2: async ({ roomId, count = 50 }, caller) => {
    const { messages, total } = await messagesOf(caller, roomId, count);
    const nodes = messages.map((message) => ({
      id: message._id,
      roomId: message.rid,
      text: message.msg,
      sentAt: message.ts,
      updatedAt: message._updatedAt,
      editedAt: message.editedAt ?? null,
      systemType: message.t ?? null,
      isPinned: message.pinned === true,
      author: pickAuthor(message.u),
      urls: message.urls.map(({ url, meta }) => ({ url, meta: meta ?? null })),
      mentions: message.mentions.map(({ _id, username, name, type }) => ({
        userId: _id,
        username,
        name,
        kind: type.toUpperCase(),
      })),
      markup: { json: message.md },
    }));
    return { directMessage: { messages: { totalCount: total, nodes } } };
  },

  /** One call: `im.list`. */
  W3: async (_variables, caller) => {
    const { ims, total } = await roomList(caller, 50);
    const nodes = ims.map((room) => ({
      id: room._id,
      usernames: room.usernames,
      userIds: room.uids,
      messageCount: room.msgs,
      lastMessageAt: room.lm,
      lastMessage: pickMessage(room.lastMessage),
    }));
    return { viewer: { directMessages: { totalCount: total, pageInfo: { hasNextPage: ims.length < total }, nodes } } };
  },

  /**
   * 22 calls: `im.list`, then `dm.messages` for each of the 20 rooms, and `subscriptions.get` once, from which and from
   * the rooms at hand all counters are read together instead of by 20 times `im.counters`.
   */
  W4: async ({ count = 20 }, caller) => {
    const { ims } = await roomList(caller, count);
    const [{ update }, pages] = await Promise.all([
      get<{ update: readonly Subscription[] }>('subscriptions.get', caller),
      Promise.all(ims.map(({ _id }) => messagesOf(caller, _id, 10))),
    ]);
    const subscriptions = new Map(update.map((subscription) => [subscription.rid, subscription]));
    const nodes = ims.map((room, index) => ({
      id: room._id,
      usernames: room.usernames,
      counters: pickCounters(room, subscriptions.get(room._id)),
      messages: { totalCount: pages[index]?.total, nodes: pages[index]?.messages.map(pickMessage) },
    }));
    return { viewer: { directMessages: { nodes } } };
  },

  /** 21 calls: `dm.messages`, then `chat.getMessageReadReceipts` for each of the 20 messages. */
  W5: async ({ roomId, count = 20 }, caller) => {
    const { messages } = await messagesOf(caller, roomId, count);
    const nodes = await Promise.all(
      messages.map(async ({ _id, msg, ts }) => {
        const { receipts } = await get<{ receipts: readonly Receipt[] }>(
          `chat.getMessageReadReceipts?messageId=${_id}`,
          caller,
        );
        const readers = receipts.map(({ _id, userId, ts, user }) => ({
          id: _id,
          userId,
          readAt: ts,
          user: { username: user.username, name: user.name },
        }));
        return { id: _id, text: msg, sentAt: ts, readReceipts: { totalCount: receipts.length, nodes: readers } };
      }),
    );
    return { directMessage: { messages: { nodes } } };
  },

  /** One call: `dm.messages`. Picked once, written ten times. */
  W6: async ({ roomId }, caller) => {
    const { messages } = await messagesOf(caller, roomId, 20);
    const room = { messages: { nodes: messages.map(pickMessage) } };
    return Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`alias${index}`, room]));
  },
};

const pickCounters = (room: Room, subscription: Subscription | undefined) =>
  subscription && {
    joined: true,
    messageCount: room.msgs,
    unreadCount: subscription.unread,
    unreadSince: subscription.ls,
    latestAt: room.lm,
    userMentionCount: subscription.userMentions,
  };
