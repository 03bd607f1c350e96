import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createCertificate } from '../support/certificate.ts';
import { mainPath, run } from '../support/child.ts';
import { openDemo } from '../support/demo.ts';
import { diagnose } from './diagnose.ts';

const certificate = (days: number, name: string) => createCertificate(days, name, 'test/doctor/tls.test.ts');

/** A workspace behind TLS; answers with its version only. */
async function openTls({ key, cert }: { key: string; cert: string }): Promise<string> {
  const server = createServer({ key, cert }, (_request, response) => {
    response.setHeader('content-type', 'application/json').end('{"version":"8.8","success":true}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://localhost:${(server.address() as AddressInfo).port}`;
}

/** The command as a process that trusts the certificate. */
const trusting = async (url: string, path: string) => {
  const { stdout } = await run(process.execPath, [mainPath, 'doctor', '--json', '--upstream', url], {
    NODE_EXTRA_CA_CERTS: path,
  });
  const { findings } = JSON.parse(stdout) as { findings: { subject: string }[] };
  return findings.find(({ subject }) => subject === 'tls');
};

describe('TLS', () => {
  test('with a certificate that nobody vouches for is a problem, and says how to trust it', async () => {
    const url = await openTls(certificate(90, 'localhost'));
    const { findings, exitCode } = await diagnose(url, { id: 'u', token: 't' });
    expect(findings[0]).toMatchObject({
      subject: 'tls',
      level: 'problem',
      seen: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT'),
      change: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
    expect(exitCode).toBe(1);
  });

  test('with a trusted certificate is good: its version, who signed, and until when', async () => {
    const own = certificate(90, 'localhost');
    expect(await trusting(await openTls(own), own.path)).toMatchObject({
      level: 'good',
      seen: expect.stringMatching(/^TLSv1\.3, certificate by Own \?authority, until \d{4}-\d\d-\d\d\.$/),
    });
  });

  test('with a certificate that soon expires is a warning', async () => {
    const own = certificate(3, 'localhost');
    expect(await trusting(await openTls(own), own.path)).toMatchObject({ level: 'warning' });
  });

  test('with a certificate for another name is a problem', async () => {
    const own = certificate(90, 'chat.example.com');
    expect(await trusting(await openTls(own), own.path)).toMatchObject({
      level: 'problem',
      seen: expect.stringContaining('is for another name'),
    });
  });

  test('that the other side does not speak is a problem', async () => {
    const demo = await openDemo();
    const { findings } = await diagnose(demo.url.replace('http:', 'https:'));
    expect(findings[0]).toMatchObject({ level: 'problem', change: expect.stringContaining('http://') });
  });

  test('that only the other side speaks is a problem', async () => {
    const url = await openTls(certificate(90, 'localhost'));
    const { of } = await diagnose(url.replace('https:', 'http:'));
    expect(of('workspace')).toMatchObject({ level: 'problem', change: expect.stringContaining('https://') });
  });
});
