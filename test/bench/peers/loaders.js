import DataLoader from 'dataloader';

const sort = (key) => encodeURIComponent(JSON.stringify({ [key]: -1, _id: -1 }));
const sortByTime = sort('ts');
const sortByLatest = sort('lm');

const rooms = (first) => `im.list?offset=0&count=${first}&sort=${sortByLatest}`;
const messages = (roomId, first) => `dm.messages?roomId=${roomId}&offset=0&count=${first}&sort=${sortByTime}`;
const counters = (roomId) => `im.counters?roomId=${roomId}`;
const receipts = (messageId) => `chat.getMessageReadReceipts?messageId=${messageId}`;

/** One call for each field, as resolvers are first written. `get` takes a path below `/api/v1/`. */
export const plainLoad = (get) => ({
  rooms: (first) => get(rooms(first)),
  messages: (roomId, first) => get(messages(roomId, first)),
  counters: (room) => get(counters(room._id)),
  receipts: (messageId) => get(receipts(messageId)),
});

/** From this many rooms on, one list of the caller's memberships answers the counters of all. The gateway does so too. */
const manyRooms = 3;

/** A request's calls through DataLoader: equal ones are made once, and the counters of many rooms are read together. */
export function batchedLoad(get) {
  const paths = new DataLoader((keys) => Promise.all(keys.map(get)));
  const countersOf = new DataLoader(async (keys) => {
    if (keys.length < manyRooms) return Promise.all(keys.map((room) => get(counters(room._id))));
    const { update } = await get('subscriptions.get');
    const subscriptions = new Map(update.map((subscription) => [subscription.rid, subscription]));
    return keys.map((room) => {
      const { unread, ls, userMentions } = subscriptions.get(room._id);
      const { msgs, lm, usersCount } = room;
      return { joined: true, members: usersCount, msgs, unreads: unread, unreadsFrom: ls, latest: lm, userMentions };
    });
  });
  return {
    rooms: (first) => paths.load(rooms(first)),
    messages: (roomId, first) => paths.load(messages(roomId, first)),
    counters: (room) => countersOf.load(room),
    receipts: (messageId) => paths.load(receipts(messageId)),
  };
}
