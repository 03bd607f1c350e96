import { Client, fetchExchange, gql, mapExchange, type AnyVariables, type TypedDocumentNode } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { needsSignIn } from './advice.ts';
import { KeptMessages, type Changes, type Page, type Row } from './kept-messages.ts';
import { patientFetch } from './patient-fetch.ts';
import { headersOf, type Session } from './session.ts';

const isPart = () => null;

/** One client for each user: sign out by throwing it away. */
export const createClient = (url: string, session: Session, onSignedOut: () => void): Client =>
  new Client({
    url,
    fetch: patientFetch,
    fetchOptions: { headers: headersOf(session) },
    preferGetMethod: false, // no response may be cached, and addresses end up in logs
    exchanges: [
      mapExchange({
        onError({ graphQLErrors }) {
          if (needsSignIn(graphQLErrors)) onSignedOut();
        },
      }),
      cacheExchange({
        // Not for messages: `keepMessages` puts their pages together, without what has been removed since.
        resolvers: { Viewer: { directMessages: relayPagination() } },
        // Parts of an object that have no id; `MessageEncryption`, `MessageMarkup`, `Thread` and others when they are read.
        keys: { InboxChanges: isPart, MessageChanges: isPart, MessageUser: isPart },
      }),
      fetchExchange,
    ],
  });

export interface Message extends Row {
  readonly text: string;
  readonly isDeleted: boolean;
  readonly author: { readonly userId: string; readonly name: string | null };
}

interface RoomVariables {
  readonly id: string;
  readonly after: string | null;
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

const messagesQuery: TypedDocumentNode<
  { readonly directMessage: { readonly messages: Page<Message> | null } | null },
  RoomVariables
> = gql`
  query Messages($id: ID!, $after: String) {
    directMessage(id: $id) {
      id
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

/** The messages of a room, kept by what changed. The cache keeps each message by its id beside them. */
export function keepMessages(client: Client, id: string): KeptMessages<Message> {
  async function ask<Data, Variables extends AnyVariables>(
    query: TypedDocumentNode<Data, Variables>,
    variables: Variables,
  ): Promise<Data> {
    const { data, error } = await client.query(query, variables, { requestPolicy: 'network-only' }).toPromise();
    if (data === undefined) throw error ?? new Error('The answer has no data.');
    if (error !== undefined) throw error;
    return data;
  }
  return new KeptMessages<Message>({
    page: async (after) => partOf((await ask(messagesQuery, { id, after })).directMessage?.messages),
    changes: async (since) => partOf((await ask(changesQuery, { id, since })).directMessage?.changes),
  });
}

/** Null comes with an error, which was thrown. */
function partOf<Part>(part: Part | null | undefined): Part {
  if (part == null) throw new Error('The answer is incomplete.');
  return part;
}
