import {
  commitLocalUpdate,
  ConnectionHandler,
  Environment,
  fetchQuery,
  Network,
  RecordSource,
  Store,
  type ConcreteRequest,
  type GraphQLResponse,
  type RecordProxy,
  type RecordSourceProxy,
} from 'relay-runtime';
import { needsSignIn, type GraphqlErrorLike } from './advice.ts';
import { applyChanges, newestFirst, type Changes, type Row } from './kept-messages.ts';
import { patientFetch } from './patient-fetch.ts';
import { headersOf, type Session } from './session.ts';

/** What `fetchQuery` rejects with when nothing came. `adviceOn` tells what to do about each of the errors. */
export class NoData extends Error {
  readonly errors: readonly GraphqlErrorLike[];

  constructor(errors: readonly GraphqlErrorLike[]) {
    super(errors.map(({ message }) => message).join('\n'));
    this.errors = errors;
  }
}

/** One environment for each user: sign out by throwing it away. */
export const createEnvironment = (url: string, session: Session, onSignedOut: () => void): Environment =>
  new Environment({
    network: Network.create(async ({ text: query }, variables) => {
      const response = await patientFetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headersOf(session) },
        body: JSON.stringify({ query, variables }),
      });
      const answer = (await response.json()) as GraphQLResponse & { readonly errors?: GraphqlErrorLike[] };
      const { errors = [] } = answer;
      if (needsSignIn(errors)) onSignedOut();
      // A failure costs one field: `@throwOnFieldError` and `@catch` say where that matters.
      if (!('data' in answer) || answer.data == null) throw new NoData(errors);
      return answer;
    }),
    store: new Store(new RecordSource()),
  });

/** The compiled `MessagesQuery` and `MessagesChangesQuery`. */
export interface SyncQueries {
  readonly messages: ConcreteRequest;
  readonly changes: ConcreteRequest;
}

/**
 * Each call brings the room's connection up to date, and with it whatever shows it. One call at a time, once the first page is
 * there, and no `loadNext` meanwhile: a page that was read before the changes would undo them.
 */
export function createMessageSync(environment: Environment, queries: SyncQueries, id: string): () => Promise<void> {
  let since: string | null = null;
  let oldest: Row | undefined;
  return async () => {
    for (let hasMore = true; hasMore;) {
      const answer = (await fetchQuery(environment, queries.changes, { id, since }).toPromise()) as ChangesAnswer;
      const told = answer?.directMessage?.changes;
      if (told == null) throw new Error('The answer has no changes.');
      if (told.mustReload) {
        await fetchQuery(environment, queries.messages, { id }).toPromise();
        oldest = undefined;
      } else
        commitLocalUpdate(environment, (store) => {
          oldest = updateMessages(store, id, told, oldest);
        });
      since = told.cursor;
      hasMore = told.hasMore;
    }
  };
}

type ChangesAnswer = { readonly directMessage?: { readonly changes?: Changes<Row> | null } | null } | undefined;

/** Messages that have changed are in the store by now; this puts the new ones into the connection, and takes out others. */
function updateMessages(
  store: RecordSourceProxy,
  roomId: string,
  { changed, removedIds }: Changes<Row>,
  oldestBefore: Row | undefined,
): Row | undefined {
  const room = store.get(roomId);
  const list = room && ConnectionHandler.getConnection(room, 'Messages_messages');
  if (list == null) return undefined;
  const edges = new Map((list.getLinkedRecords('edges') ?? []).map((edge) => [rowOf(edge).id, edge]));
  // What was the oldest may be gone by now, and still says how far the pages reach.
  const lastRows = [oldestBefore, ...[...edges.values()].slice(-1).map(rowOf)].filter((row) => row !== undefined);
  const oldest = lastRows.toSorted(newestFirst).at(-1);
  const hasOlder = list.getLinkedRecord('pageInfo')?.getValue('hasNextPage') === true;
  const loaded = applyChanges([...edges.values()].map(rowOf), { changed, removedIds }, hasOlder ? oldest : undefined);
  const edgeOf = ({ id }: Row) => {
    const node = store.get(id);
    return edges.get(id) ?? (node == null ? [] : ConnectionHandler.createEdge(store, list, node, 'MessageEdge'));
  };
  list.setLinkedRecords(loaded.flatMap(edgeOf), 'edges');
  for (const id of removedIds) store.delete(id);
  return oldest;
}

function rowOf(edge: RecordProxy): Row {
  const node = edge.getLinkedRecord('node');
  return { id: String(node?.getValue('id')), sentAt: String(node?.getValue('sentAt')) };
}
