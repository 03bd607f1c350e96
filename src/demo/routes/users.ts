import { hasPermission } from '../access.ts';
import { codedError, plainFailure } from '../api-error.ts';
import { textOf, type Route } from '../route.ts';
import type { Account } from '../types.ts';

const publicFields = ({ id, name, username, status, statusText, utcOffset, active, type }: Account) => ({
  _id: id,
  type,
  status,
  active,
  name,
  utcOffset,
  username,
  statusText,
});

const privateFields = ({ email, roles, createdAt }: Account) => ({
  emails: [{ address: email, verified: true }],
  roles,
  createdAt,
});

export function ownRecord(account: Account): Record<string, unknown> {
  return {
    ...publicFields(account),
    ...privateFields(account),
    _updatedAt: account.updatedAt,
    settings: { preferences: { enableAutoAway: true, language: 'en' } },
    email: account.email,
    avatarUrl: `/avatar/${account.username}`,
    isOAuthUser: false,
    services: { password: { exists: true } },
  };
}

export const me: Route = {
  handle: ({ caller }) => ownRecord(caller),
};

export const userInfo: Route = {
  handle({ params, world, caller }) {
    const [userId, username, email] = ['userId', 'username', 'email'].map((key) => textOf(params[key]));
    if (!userId && !username && !email) {
      throw codedError('error-user-param-not-provided', 'The required "userId" or "username" param was not provided');
    }
    const user = world.accounts.find(
      (account) => account.id === userId || account.username === username || account.email === email,
    );
    if (!user) throw plainFailure('User not found.');
    const seesAll = user.id === caller.id || hasPermission(caller, 'view-full-other-user-info');
    return { user: { ...publicFields(user), ...(seesAll && privateFields(user)), canViewAllInfo: seesAll } };
  },
};
