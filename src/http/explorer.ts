import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { FastifyInstance } from 'fastify';
import type { RuruClientConfig } from 'ruru/server';

/** Operations that the explorers open with. Each works for any user of any workspace. */
export const exampleOperations = `# Your latest conversations, with unread counts and the last message of each.
query Mailbox {
  viewer {
    unreadCount
    directMessages(first: 10) {
      totalCount
      nodes {
        id
        kind
        usernames
        lastMessage { sentAt text author { name username } }
        counters { unreadCount unreadSince }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}

# One conversation with its latest messages: reactions, files, threads and readers.
query LatestConversation {
  viewer {
    directMessages(first: 1) {
      nodes {
        usernames
        members { nodes { name username status } }
        messages(first: 5) {
          totalCount
          nodes {
            sentAt
            author { name username }
            text
            markup { plainText }
            reactions { emoji count }
            attachments { kind title url }
            thread { replyCount lastReplyAt }
            readReceipts { isAvailable totalCount nodes { readAt user { name } } }
          }
          pageInfo { hasNextPage endCursor }
        }
      }
    }
  }
}

# Calls that the workspace still allows in this minute. Costs no upstream call.
query RateLimits {
  upstreamBudget { endpoint remaining limit resetAt }
}
`;

/** Initial headers of the explorers: the demo's credentials, or names to fill in. */
export type ExplorerHeaders = Readonly<Record<string, string>>;

/** Apollo Sandbox, for browsers at `/graphql`. It is loaded from the internet; `/explorer` is not. */
export const sandboxPage = (headers: ExplorerHeaders): ApolloServerPlugin =>
  ApolloServerPluginLandingPageLocalDefault({
    embed: { initialState: { sharedHeaders: { ...headers } }, runTelemetry: false },
    document: exampleOperations,
    headers: { ...headers },
  });

const staticPath = '/explorer/static/';

/** For the log, and for the page at `/explorer`. */
export const explorerMissing =
  'The offline explorer is a development dependency and is not installed: use Apollo Sandbox at /graphql, or run npm install --save-prod --omit=dev ruru@2';

/** Adds the offline explorer at `/explorer` (ruru, a development dependency). False if it is not installed. */
export async function addExplorer(app: FastifyInstance, headers: ExplorerHeaders): Promise<boolean> {
  const ruru = await Promise.all([import('ruru/server'), import('ruru/static')]).catch(() => undefined);
  if (ruru === undefined) {
    app.get('/explorer', (_request, reply) =>
      reply.code(404).type('text/plain; charset=utf-8').send(`${explorerMissing}\n`),
    );
    return false;
  }
  const [{ ruruHTML }, { getStaticFile }] = ruru;
  const read = (urlPath: string, acceptEncoding?: string) =>
    getStaticFile({ staticPath, urlPath, acceptEncoding, disallowDevAssets: true });
  /** Each file is unpacked once, so that all unread responses hold the same bytes. */
  const unpacked = new Map<unknown, ReturnType<typeof read>>();
  const unpack = (packed: unknown, urlPath: string) => {
    const file = unpacked.get(packed) ?? read(urlPath);
    unpacked.set(packed, file);
    return file;
  };
  const page = ruruHTML({
    endpoint: '/graphql',
    staticPath,
    // The type requires every setting, although each has a default.
    clientConfig: {
      initialQuery: exampleOperations,
      initialHeaders: JSON.stringify(headers, null, 2),
    } as RuruClientConfig,
  });
  app.get('/explorer', (_request, reply) => reply.type('text/html; charset=utf-8').send(page));
  app.get(`${staticPath}*`, async (request, reply) => {
    const packed = await read(request.url, 'br');
    const isPackedTaken = /\bbr\b/i.test(request.headers['accept-encoding'] ?? '');
    const file = packed === null || isPackedTaken ? packed : await unpack(packed, request.url);
    if (file === null) return reply.callNotFound();
    return reply.headers(file.headers).send(file.content);
  });
  return true;
}
