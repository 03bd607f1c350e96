import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { needProgram } from './program.ts';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** The certificate's file. */
  readonly path: string;
}

const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A certificate for a host's name or address that signs itself. `askedBy`: the test file that needs it. */
export function createCertificate(days: number, name: string, askedBy: string): Certificate {
  const [key, path] = ['key', 'pem'].map((ending) => join(folder, `${name}-${days}.${ending}`)) as [string, string];
  const openssl = needProgram('openssl', 'openssl', askedBy);
  const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const host = `${isIP(name) === 0 ? 'DNS' : 'IP'}:${name}`;
  const subject = ['-subj', `/O=Own \u202eauthority/CN=${name}`, '-utf8', '-addext', `subjectAltName=${host}`];
  execFileSync(openssl, [...kind, '-days', String(days), ...subject, '-keyout', key, '-out', path], { stdio: 'pipe' });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(path, 'utf8'), path };
}
