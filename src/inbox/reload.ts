import type { ApolloClient } from '@apollo/client';
import { codesOf } from './client.ts';
import { forgetMessages, messagesPage } from './lists.ts';
import { ListRoomsDocument, ReadMessagesDocument, ReadThreadDocument } from './operations.generated.ts';
import { keepPlace, readPlace } from './place.ts';
import type { Reads } from './reads.ts';

/** Reads the list of rooms anew, from its beginning. Throws where it cannot be read, whole or in part. */
export async function reloadRooms(client: ApolloClient): Promise<void> {
  const results = await client.refetchQueries({ include: [ListRoomsDocument] });
  for (const { error } of results) if (error !== undefined) throw error;
}

/**
 * Reads the messages of the open room anew, from where the reader is. What is shown stays until they are there. Throws where
 * they cannot be read. False if other pages are on their way for longer than so many milliseconds: they would not fit.
 */
export async function reloadMessages(
  client: ApolloClient,
  reads: Reads,
  roomId: string,
  patienceMs: number,
): Promise<boolean> {
  const { cache } = client;
  const query = ReadMessagesDocument;
  const variables = { roomId, first: messagesPage, after: readPlace(roomId)?.cursor || null, last: null, before: null };
  try {
    const { data } = await client.query({ query, variables, fetchPolicy: 'no-cache' });
    if (data === undefined || !(await reads.landed(patienceMs))) return false;
    cache.batch({
      update: () => {
        forgetMessages(cache, roomId);
        cache.writeQuery({ query, variables, data });
      },
    });
  } catch (error) {
    // The list does not know the place any more: the next time it is read from its newest message on.
    if (codesOf(error).includes('BAD_USER_INPUT')) keepPlace(roomId, undefined);
    throw error;
  }
  await client.refetchQueries({ include: [ReadThreadDocument] });
  return true;
}
