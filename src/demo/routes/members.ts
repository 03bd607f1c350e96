import { cutPage, readPaging, readSort } from '../paging.ts';
import { textOf, type Route } from '../route.ts';
import { membersSchema } from '../schemas.ts';
import type { Account } from '../types.ts';
import { readRoom } from './messages.ts';

const byText = (left: string, right: string): number => (left < right ? -1 : Number(left > right));

/** `im.members`: active members, most recently changed account first. Of `sort` only `username` counts. */
export const members: Route = {
  schemas: { R7: membersSchema, R8: membersSchema },
  handle(call) {
    const { params, settings, world } = call;
    const room = readRoom(call);
    const paging = readPaging(params, settings);
    const [, direction = 1] = readSort(params['sort'], settings, []).find(([path]) => path === 'username') ?? [];
    const status = Array.isArray(params['status']) ? params['status'] : undefined;
    const filter = textOf(params['filter'])?.toLowerCase();
    const matches = (account: Account): boolean =>
      account.active &&
      (status === undefined || status.includes(account.status)) &&
      (!filter || `${account.username}\n${account.name}`.toLowerCase().includes(filter));
    const found = room.uids
      .flatMap((userId) => world.account(userId) ?? [])
      .filter(matches)
      .toSorted(
        (left, right) => byText(right.updatedAt, left.updatedAt) || byText(left.username, right.username) * direction,
      );
    const page = cutPage(found, paging).map(({ id, username, name, status, statusText, utcOffset }) => {
      const { _id, ts } = world.subscription(room._id, id) ?? {};
      return { _id: id, username, name, status, statusText, utcOffset, subscription: { _id, ts } };
    });
    return { members: page, count: page.length, offset: paging.offset, total: found.length };
  },
};
