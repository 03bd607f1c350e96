import { initGraphQLTada, type ResultOf, type TadaDocumentNode } from 'gql.tada';
import { print } from 'graphql';
import { needsSignIn, type GraphqlErrorLike } from './advice.ts';
// Written by `gql.tada generate-output` from the gateway's schema/published/api.graphql.
import type { introspection } from './graphql-env.d.ts';
import { KeptMessages } from './kept-messages.ts';
import { patientFetch } from './patient-fetch.ts';
import { headersOf, type Session } from './session.ts';

const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { DateTime: string; JSON: unknown };
  disableMasking: true;
}>();

/** What came, and why something is null. `adviceOn` tells what to do about each error. */
export interface Answer<Data> {
  readonly data: Data;
  readonly errors: readonly GraphqlErrorLike[];
}

export type Ask = <Data, Variables>(
  query: TadaDocumentNode<Data, Variables>,
  variables: Variables,
) => Promise<Answer<Data>>;

/** For one user. Rejects with the errors as `cause` when nothing came. */
export const createAsk =
  (url: string, session: Session, onSignedOut: () => void): Ask =>
  async (query, variables) => {
    const response = await patientFetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headersOf(session) },
      body: JSON.stringify({ query: print(query), variables }),
    });
    const { data, errors = [] } = (await response.json()) as Partial<Answer<ResultOf<typeof query>>>;
    if (needsSignIn(errors)) onSignedOut();
    if (data == null) throw new Error(errors[0]?.message, { cause: errors });
    return { data, errors };
  };

const messageItem = graphql(`
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
`);

const messagesQuery = graphql(
  `
    query Messages($id: ID!, $after: String) {
      directMessage(id: $id) {
        messages(first: 50, after: $after) {
          nodes {
            ...MessageItem
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
      }
    }
  `,
  [messageItem],
);

const changesQuery = graphql(
  `
    query MessageChanges($id: ID!, $since: String) {
      directMessage(id: $id) {
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
  `,
  [messageItem],
);

/** The messages of a room, kept by what changed. */
export function keepMessages(ask: Ask, id: string): KeptMessages<ResultOf<typeof messageItem>> {
  const orThrow = <Part>(part: Part | null | undefined, errors: readonly GraphqlErrorLike[]): Part => {
    if (part == null) throw new Error(errors[0]?.message, { cause: errors });
    return part;
  };
  return new KeptMessages({
    async page(after) {
      const { data, errors } = await ask(messagesQuery, { id, after });
      return orThrow(data.directMessage?.messages, errors);
    },
    async changes(since) {
      const { data, errors } = await ask(changesQuery, { id, since });
      return orThrow(data.directMessage?.changes, errors);
    },
  });
}
