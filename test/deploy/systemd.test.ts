import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { settings } from '../../src/config/settings.ts';
import { defaultHttpLimits } from '../../src/http/http-server.ts';
import { projectPath, run } from '../support/child.ts';
import { findProgram } from '../support/program.ts';
import { readUnit } from '../support/unit-file.ts';

const name = 'rocketchat-dm-gateway.service';
const text = readFileSync(join(projectPath, 'deploy', name), 'utf8');
const service = readUnit(text).get('Service') ?? new Map<string, readonly string[]>();
const { scripts } = JSON.parse(readFileSync(join(projectPath, 'package.json'), 'utf8')) as {
  scripts: { start: string };
};
const home = '/opt/rocketchat-dm-gateway';

/** The unit in a folder of its own, for a checkout that is elsewhere. */
function unitHere(): string {
  const folder = mkdtempSync(join(tmpdir(), 'unit-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, name);
  writeFileSync(path, text.replaceAll(home, projectPath));
  return path;
}

describe('deploy/rocketchat-dm-gateway.service', () => {
  test('it starts the built gateway as `npm start` starts the sources, with the Node of the lockfile', () => {
    expect(service.get('WorkingDirectory')).toEqual([home]);
    const command = scripts.start
      .replace(/^.*exec node/, `${home}/node_modules/.bin/node`)
      .replace('src/main.ts', 'dist/main.js');
    expect(service.get('ExecStart')).toEqual([command]);
    const variables = service.get('Environment')?.map((pair) => pair.split('=')[0]);
    for (const variable of variables ?? []) expect(Object.keys(settings)).toContain(variable);
  });

  test('it lets the gateway end by itself before systemd ends it', () => {
    const graceMs = Number(settings.SHUTDOWN_GRACE_MS.default.replaceAll('`', ''));
    expect(Number(service.get('TimeoutStopSec')?.[0]) * 1000).toBeGreaterThanOrEqual(graceMs + 10_000);
  });

  test('it may open more files than the gateway takes connections', () => {
    expect(Number(service.get('LimitNOFILE')?.[0])).toBeGreaterThan(2 * defaultHttpLimits.maxConnections);
  });

  test('it has no privileges, sees nothing of other users, and writes nowhere', () => {
    const locks = {
      DynamicUser: 'yes',
      NoNewPrivileges: 'yes',
      ProtectSystem: 'strict',
      ProtectHome: 'yes',
      ProtectProc: 'invisible',
      PrivateTmp: 'yes',
      PrivateDevices: 'yes',
      PrivateUsers: 'yes',
      CapabilityBoundingSet: '',
      AmbientCapabilities: '',
      RestrictAddressFamilies: 'AF_INET AF_INET6 AF_UNIX',
      RestrictNamespaces: 'yes',
      SystemCallArchitectures: 'native',
      UMask: '0077',
    };
    for (const [directive, value] of Object.entries(locks))
      expect([directive, service.get(directive)]).toEqual([directive, [value]]);
    // Writable places that a sandbox can be given.
    for (const directive of [
      'ReadWritePaths',
      'StateDirectory',
      'CacheDirectory',
      'LogsDirectory',
      'RuntimeDirectory',
    ]) {
      expect(service.has(directive)).toBe(false);
    }
    // V8 compiles JavaScript into memory.
    expect(service.has('MemoryDenyWriteExecute')).toBe(false);
  });

  test('systemd-analyze, where there is one, finds no mistake and little exposure', async () => {
    const analyze = findProgram('systemd-analyze');
    if (analyze === undefined) return;
    const unit = unitHere();
    expect(await run(analyze, ['verify', '--man=no', unit])).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const { code, stdout } = await run(analyze, ['security', '--offline=yes', '--threshold=15', '--no-pager', unit]);
    expect([code, /Overall exposure level.*/.exec(stdout)?.[0]]).toEqual([0, expect.stringContaining('OK')]);
  });
});
