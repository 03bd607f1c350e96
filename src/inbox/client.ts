import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { relayStylePagination } from '@apollo/client/utilities';
import { tap } from 'rxjs';
import type { Costs } from './costs.ts';
import type { Reads } from './reads.ts';
import type { Session } from './session.ts';

/** The latest answer replaces an earlier one: it is applied to the lists and then of no more use. */
const latestOnly = { keyArgs: false, merge: (_earlier: unknown, latest: unknown) => latest } as const;

/** Objects without an id belong to the object around them, so what several operations select of them is merged. */
export const createCache = (): InMemoryCache =>
  new InMemoryCache({
    typePolicies: {
      Query: {
        fields: {
          directMessage: (_stored, { args, toReference }) =>
            toReference({ __typename: 'DirectMessage', id: args?.['id'] as string }),
          message: (_stored, { args, toReference }) =>
            toReference({ __typename: 'Message', id: args?.['id'] as string }),
        },
      },
      Viewer: { fields: { directMessages: relayStylePagination(), changes: latestOnly } },
      DirectMessage: { fields: { messages: relayStylePagination(), changes: latestOnly } },
      Thread: { merge: true, fields: { replies: relayStylePagination() } },
      MessageMarkup: { merge: true },
      MessageUser: { merge: true },
      MessageEncryption: { merge: true },
    },
  });

/** One client for one user: another user gets another, so that nothing in its cache reaches them. */
export function createClient({ userId, token }: Session, costs: Costs, reads: Reads): ApolloClient {
  const meter = new ApolloLink((operation, forward) =>
    forward(operation).pipe(
      tap(({ extensions }) => costs.add(operation.operationName ?? '', extensions?.['upstream'])),
    ),
  );
  const http = new HttpLink({
    uri: '/graphql',
    headers: { 'X-User-Id': userId, 'X-Auth-Token': token, 'X-Upstream-Report': '1' },
  });
  return new ApolloClient({ link: ApolloLink.from([reads.link, meter, http]), cache: createCache() });
}

/** Codes of the errors that an operation ended with, such as `RATE_LIMITED`. */
export const codesOf = (error: unknown): readonly string[] =>
  CombinedGraphQLErrors.is(error) ? error.errors.map(({ extensions }) => String(extensions?.['code'])) : [];

/** Whole seconds after which the gateway says that asking again makes sense. */
export function retryAfterOf(error: unknown): number | undefined {
  if (!CombinedGraphQLErrors.is(error)) return undefined;
  const seconds = error.errors.flatMap(({ extensions }) => Number(extensions?.['retryAfterSeconds'] ?? 0));
  const longest = Math.max(0, ...seconds);
  return longest > 0 ? longest : undefined;
}

/** For people: what happened, and what to do. */
export function explain(error: unknown): string {
  const codes = codesOf(error);
  if (codes.includes('UNAUTHENTICATED')) return 'The workspace does not accept this user id and token. Sign in again.';
  if (codes.includes('RATE_LIMITED')) {
    return `The workspace allows no more calls for now. The next try is in ${retryAfterOf(error) ?? 60} seconds.`;
  }
  if (codes.includes('NOT_FOUND') || codes.includes('FORBIDDEN')) return 'This does not exist, or not for you.';
  if (codes.includes('PERSISTED_QUERY_NOT_IN_LIST'))
    return 'This gateway runs listed operations only, not those of the inbox.';
  if (codes.length > 0) return 'The workspace did not answer as expected. Try again in a moment.';
  return 'The gateway cannot be reached. Is it running?';
}
