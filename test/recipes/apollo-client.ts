import {
  ApolloClient,
  ApolloLink,
  CombinedGraphQLErrors,
  gql,
  HttpLink,
  InMemoryCache,
  type TypedDocumentNode,
} from '@apollo/client';
import { ErrorLink } from '@apollo/client/link/error';
import { relayStylePagination } from '@apollo/client/utilities';
import { needsSignIn } from './advice.ts';
import { applyChanges, newestFirst, type Changes, type Row } from './kept-messages.ts';
import { patientFetch } from './patient-fetch.ts';
import { headersOf, type Session } from './session.ts';

/** One client for each user: sign out by throwing it away. */
export function createClient(url: string, session: Session, onSignedOut: () => void): ApolloClient {
  const cache = new InMemoryCache({
    typePolicies: {
      DirectMessage: { fields: { messages: relayStylePagination(['orderBy', 'filterBy']) } },
      Viewer: { fields: { directMessages: relayStylePagination(['orderBy']) } },
      MessageEncryption: { merge: true },
      MessageMarkup: { merge: true },
      MessageUser: { merge: true },
      Thread: { merge: true },
    },
  });
  const signOut = new ErrorLink(({ error }) => {
    if (needsSignIn(errorsOf(error))) onSignedOut();
  });
  const http = new HttpLink({ uri: url, headers: headersOf(session), fetch: patientFetch });
  return new ApolloClient({ link: ApolloLink.from([signOut, http]), cache });
}

/** With every query: a failure costs one field, and the rest is there to show. */
export const partly = { errorPolicy: 'all' } as const;

/** For `adviceOn`, each of them. */
export const errorsOf = (error: unknown) => (CombinedGraphQLErrors.is(error) ? error.errors : []);

interface Message extends Row {
  readonly text: string;
  readonly isDeleted: boolean;
  readonly author: { readonly userId: string; readonly name: string | null };
}

interface Messages {
  readonly edges: readonly { readonly __typename: 'MessageEdge'; readonly node: Message }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

interface MessagesVariables {
  readonly id: string;
  readonly after?: string | null;
}

const message = gql`
  fragment MessageItem on Message {
    id
    sentAt
    text
    isDeleted
    author {
      userId
      name
    }
  }
`;

/** For `useQuery`, with `partly`; `fetchMore({ variables: { after: pageInfo.endCursor } })` reads on. */
export const messagesQuery: TypedDocumentNode<
  { readonly directMessage: { readonly messages: Messages | null } | null },
  MessagesVariables
> = gql`
  query Messages($id: ID!, $after: String) {
    directMessage(id: $id) {
      id
      messages(first: 50, after: $after) {
        edges {
          node {
            ...MessageItem
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
  ${message}
`;

const changesQuery: TypedDocumentNode<
  { readonly directMessage: { readonly changes: Changes<Message> | null } | null },
  { readonly id: string; readonly since: string | null }
> = gql`
  query MessageChanges($id: ID!, $since: String) {
    directMessage(id: $id) {
      id
      changes(since: $since) {
        changed {
          ...MessageItem
        }
        removedIds
        cursor
        hasMore
        mustReload
      }
    }
  }
  ${message}
`;

/**
 * Each call brings the cached messages of the room up to date, and with them whatever shows them. One call at a time, once the
 * first page is there, and no `fetchMore` meanwhile: a page that was read before the changes would undo them.
 */
export function createMessageSync(client: ApolloClient, id: string): () => Promise<void> {
  let since: string | null = null;
  let oldest: Row | undefined;
  const apply = (told: Changes<Message>) =>
    client.cache.updateQuery({ query: messagesQuery, variables: { id } }, (data) => {
      const messages = data?.directMessage?.messages;
      if (data?.directMessage == null || messages == null) return undefined;
      const { edges, pageInfo } = messages;
      const rows = edges.map(({ node }) => node);
      // What was the oldest may be gone by now, and still says how far the pages reach.
      oldest = [oldest, rows.at(-1)]
        .filter((row) => row !== undefined)
        .toSorted(newestFirst)
        .at(-1);
      const nodes = applyChanges(rows, told, pageInfo.hasNextPage ? oldest : undefined);
      const synced = { ...messages, edges: nodes.map((node) => ({ __typename: 'MessageEdge' as const, node })) };
      return { ...data, directMessage: { ...data.directMessage, messages: synced } };
    });
  const reload = async () => {
    const latest = { query: messagesQuery, variables: { id }, fetchPolicy: 'network-only', ...partly } as const;
    const { data, error } = await client.query(latest);
    if (data?.directMessage?.messages == null) throw error ?? new Error('The answer has no messages.');
    oldest = undefined;
  };
  return async () => {
    for (let hasMore = true; hasMore;) {
      const variables = { id, since };
      const { data, error } = await client.query({
        query: changesQuery,
        variables,
        fetchPolicy: 'no-cache',
        ...partly,
      });
      const told = data?.directMessage?.changes;
      if (told == null) throw error ?? new Error('The answer has no changes.');
      if (told.mustReload) await reload();
      else apply(told);
      since = told.cursor;
      hasMore = told.hasMore;
    }
  };
}
