import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { KeptMessages, type Changes, type Page, type Row } from './kept-messages.ts';
import { patientFetch } from './patient-fetch.ts';
import { headersOf } from './session.ts';

/**
 * Writes a conversation into a file, and brings the file up to date when it is run again:
 * `GATEWAY_URL=https://… USER_ID=… AUTH_TOKEN=… node node-script.ts jonas.weber messages.json`
 */
const { GATEWAY_URL = 'http://127.0.0.1:4000/graphql', USER_ID = '', AUTH_TOKEN = '' } = process.env;
const [username = '', path = 'messages.json'] = process.argv.slice(2);

interface Message extends Row {
  readonly text: string;
  readonly author: { readonly username: string | null };
}

interface Kept {
  readonly cursor: string;
  readonly rows: readonly Message[];
}

interface Room {
  readonly messages: Page<Message>;
  readonly changes: Changes<Message>;
}

const messageFields = 'id sentAt text author { username }';
const messagesQuery = `query Messages($username: String!, $after: String) {
  room: directMessageWith(username: $username) {
    messages(first: 100, after: $after) { nodes { ${messageFields} } pageInfo { hasNextPage endCursor } }
  }
}`;
const changesQuery = `query Changes($username: String!, $since: String) {
  room: directMessageWith(username: $username) {
    changes(since: $since, first: 100) { changed { ${messageFields} } removedIds cursor hasMore mustReload }
  }
}`;

async function ask(query: string, variables: Readonly<Record<string, string | null>>): Promise<Room> {
  const response = await patientFetch(GATEWAY_URL, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headersOf({ userId: USER_ID, authToken: AUTH_TOKEN }) },
    body: JSON.stringify({ query, variables: { username, ...variables } }),
  });
  const { data, errors } = (await response.json()) as Answer;
  // A file with gaps would look whole: any error ends the script.
  if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join('\n'));
  if (data?.room == null) throw new Error(`There is no conversation with ${username}.`);
  return data.room;
}

interface Answer {
  readonly data?: { readonly room: Room | null };
  readonly errors?: readonly { readonly message: string }[];
}

try {
  const messages = new KeptMessages<Message>(
    {
      page: async (after) => (await ask(messagesQuery, { after })).messages,
      changes: async (since) => (await ask(changesQuery, { since })).changes,
    },
    existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Kept) : undefined,
  );
  await messages.sync();
  while (messages.hasOlder) await messages.loadOlder();
  const { cursor, rows } = messages;
  writeFileSync(path, JSON.stringify({ cursor, rows }, null, 2));
  process.stdout.write(`${rows.length} messages in ${path}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
