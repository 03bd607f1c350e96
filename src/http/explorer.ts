import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { FastifyInstance } from 'fastify';
import { explorerPage, type Explorer } from './explorer-page.ts';
import { createTour, inOneDocument } from './tour.ts';

/**
 * Apollo Sandbox, for browsers at `/graphql`. It is loaded from the internet; `/explorer` is not. It takes one document, and
 * offers the operations in it by name.
 */
export function sandboxPage({ headers, subjects }: Explorer): ApolloServerPlugin {
  const { query: document, variables } = inOneDocument(createTour(subjects));
  return ApolloServerPluginLandingPageLocalDefault({
    embed: { initialState: { sharedHeaders: { ...headers } }, runTelemetry: false },
    document,
    variables,
    headers: { ...headers },
  });
}

const staticPath = '/explorer/static/';

/** For the log, and for the page at `/explorer`. */
export const explorerMissing =
  'The offline explorer is a development dependency and is not installed: use Apollo Sandbox at /graphql, or run npm install --save-prod --omit=dev ruru@2';

/** Whether there is an offline explorer. */
export function isExplorerInstalled(): boolean {
  try {
    return import.meta.resolve('ruru/server') !== '';
  } catch {
    return false;
  }
}

/** Adds the offline explorer at `/explorer` (ruru, a development dependency). False if it is not installed. */
export async function addExplorer(app: FastifyInstance, explorer: Explorer): Promise<boolean> {
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
  const page = ruruHTML(explorerPage(explorer, staticPath));
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
