import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request, type RequestOptions } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { projectPath, startChild, type Child } from './child.ts';
import { freePort } from './free-port.ts';
import { needProgram } from './program.ts';

export interface Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Reader {
  /** How long a slow client leaves the response where it is. */
  readonly readsAfterMs?: number;
}

export interface TestNginx {
  readonly port: number;
  /** The certificate that it shows, for clients to trust. */
  readonly certificate: string;
  readonly child: Child;
  /** Lines of the access log so far. */
  readonly accesses: () => readonly Record<string, unknown>[];
  readonly fetch: (path: string, options?: RequestOptions, body?: string, reader?: Reader) => Promise<Response>;
}

const needed = 'test/deploy/nginx*.test.ts';
const configuration = readFileSync(join(projectPath, 'deploy/nginx.conf'), 'utf8');

/**
 * A real nginx with `deploy/nginx.conf` before these servers, until the end of the test. Only what the machine dictates
 * is replaced: the port, the paths and the servers' addresses.
 */
export async function startNginx(
  servers: readonly string[],
  { trustedProxy }: { readonly trustedProxy?: string } = {},
): Promise<TestNginx> {
  const nginx = needProgram('nginx', 'nginx-light', needed);
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'));
  const certificate = makeCertificate(folder);
  const port = await freePort();
  const accessLog = join(folder, 'access.log');
  mkdirSync(join(folder, 'temporary'));
  const replaced = replaceAll(configuration, [
    ['listen 443 ', `listen 127.0.0.1:${port} `],
    ['/etc/nginx/tls/', `${folder}/`],
    ['/var/log/nginx/access.log', accessLog],
    ...(trustedProxy === undefined ? [] : behindProxy(trustedProxy)),
    [/^( *)server gateway:4000(.*);$/m, servers.map((server) => `server ${new URL(server).host}$2;`).join('\n')],
  ]);
  writeFileSync(join(folder, 'gateway.conf'), replaced);
  writeFileSync(join(folder, 'nginx.conf'), mainOf(folder));
  const child = startChild(nginx, ['-p', folder, '-c', join(folder, 'nginx.conf')]);
  onTestFinished(async () => {
    child.signal('SIGTERM');
    await child.ended;
    rmSync(folder, { recursive: true, force: true });
  });
  await expect.poll(() => child.stderr, { timeout: 10_000 }).toMatch(/using the "\w+" event method/); // by then it listens
  return {
    port,
    certificate,
    child,
    accesses: () =>
      readFileSync(accessLog, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    fetch: (path, options, body, reader) => send({ port, ca: certificate, path, ...options }, body, reader),
  };
}

/** In one process, which ends with its test. */
const mainOf = (folder: string): string => `
  daemon off;
  master_process off;
  pid ${folder}/nginx.pid;
  error_log stderr notice;
  events {}
  http {
    ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/temporary/${kind};`).join('\n    ')}
    include ${folder}/gateway.conf;
  }
`;

type Replacement = readonly [from: string | RegExp, to: string];

/** What the file says to fill in behind another proxy. */
const behindProxy = (address: string): readonly Replacement[] => [
  ['# set_real_ip_from 10.0.0.0/8;', `set_real_ip_from ${address};`],
  ['# real_ip_header', 'real_ip_header'],
  ['# real_ip_recursive', 'real_ip_recursive'],
];

function replaceAll(text: string, replacements: readonly Replacement[]): string {
  let replaced = text;
  for (const [from, to] of replacements) {
    const next = typeof from === 'string' ? replaced.replaceAll(from, to) : replaced.replace(from, to);
    if (next === replaced) throw new Error(`deploy/nginx.conf has no ${String(from)} for the test to replace.`);
    replaced = next;
  }
  return replaced;
}

function makeCertificate(folder: string): string {
  const certificate = join(folder, 'tls.crt');
  const files = ['-keyout', join(folder, 'tls.key'), '-out', certificate];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const openssl = needProgram('openssl', 'openssl', needed);
  execFileSync(
    openssl,
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
      ...subject,
      ...files,
    ],
    { stdio: 'pipe' },
  );
  return readFileSync(certificate, 'utf8');
}

function send(options: RequestOptions, body?: string, { readsAfterMs = 0 }: Reader = {}): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        servername: 'localhost',
        agent: false,
        method: body === undefined ? 'GET' : 'POST',
        ...options,
      },
      (response) => {
        let text = '';
        const read = () =>
          response.setEncoding('utf8').on('data', (part: string) => {
            text += part;
          });
        setTimeout(read, readsAfterMs);
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
