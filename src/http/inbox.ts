import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import type { FastifyInstance } from 'fastify';
import type { Logger } from '../observability/log.ts';

/** A user of the demo workspace, as whom one can open the inbox. */
export interface InboxUser {
  readonly id: string;
  readonly token: string;
  readonly name: string;
  readonly username: string;
}

/** What the browser may do with the page: load its own files and ask its own gateway, nothing else. */
const pageHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
} as const;

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** Files of the page by path, such as `index.html` and `assets/index-1a2b3c.js`. */
type Page = ReadonlyMap<string, Buffer>;

/** Beside the built gateway lies the built page; beside the sources lie the page's. */
const builtFolder = join(import.meta.dirname, 'inbox');
const sourceFolder = join(import.meta.dirname, '../inbox');

/** For the page at `/inbox`, while it cannot be built. */
const inboxFailed = 'The inbox could not be built: the log says why. Run npm ci, then load this page again.\n';

/** Read once, and the same for every gateway of the process. Undefined after a failure, so that the next request tries again. */
let page: Promise<Page> | undefined;

/** Adds the inbox at `/inbox`. From sources, Vite builds it at the first request, so that it slows no start. */
export function addInbox(app: FastifyInstance, users: readonly InboxUser[], log: Logger): void {
  const pageOnce = async (): Promise<Page | undefined> => {
    try {
      return await (page ??= readPage());
    } catch (error) {
      page = undefined;
      // No user's data: what the file system or Vite said of the gateway's own files.
      log.error({ why: error instanceof Error ? error.message : String(error) }, 'could not build the inbox');
      return undefined;
    }
  };
  app.get('/inbox', async (_request, reply) => {
    const html = (await pageOnce())?.get('index.html')?.toString();
    if (html === undefined) return reply.code(503).type('text/plain; charset=utf-8').send(inboxFailed);
    return reply.headers(pageHeaders).type('text/html; charset=utf-8').send(withUsers(html, users));
  });
  app.get('/inbox/*', async (request, reply) => {
    const path = (request.params as { '*': string })['*'];
    const file = path === 'index.html' ? undefined : (await pageOnce())?.get(path);
    if (file === undefined) return reply.callNotFound();
    return reply.type(mediaTypes[extname(path)] ?? 'application/octet-stream').send(file);
  });
}

/** In a `meta`, as the page runs no inline script. */
function withUsers(html: string, users: readonly InboxUser[]): string {
  if (users.length === 0) return html;
  const escaped = JSON.stringify(users).replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return html.replace('</head>', () => `  <meta name="demo-users" content="${escaped}">\n  </head>`);
}

async function readPage(): Promise<Page> {
  if (existsSync(builtFolder)) return readFiles(builtFolder);
  const folder = await mkdtemp(join(tmpdir(), 'inbox-'));
  try {
    await build(folder);
    return await readFiles(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** In a process of its own: bundling takes a second and many megabytes. It gets none of the gateway's environment. */
async function build(folder: string): Promise<void> {
  const vite = join(createRequire(import.meta.url).resolve('vite/package.json'), '../bin/vite.js');
  await promisify(execFile)(
    process.execPath,
    [vite, 'build', '--configLoader', 'native', '--outDir', folder, '--logLevel', 'error'],
    { cwd: sourceFolder, env: { NODE_ENV: 'production' } },
  );
}

async function readFiles(folder: string): Promise<Page> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const pathOf = (file: string): string => file.slice(folder.length + 1).replaceAll('\\', '/');
  return new Map(await Promise.all(files.map(async (file) => [pathOf(file), await readFile(file)] as const)));
}
