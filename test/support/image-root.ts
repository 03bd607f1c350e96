import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startChild, type Child } from './child.ts';
import { findProgram } from './program.ts';

/** How a container would run a command. */
export interface Run {
  readonly root: string;
  readonly workingDirectory: string;
  readonly uid: number;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Whether this machine lets the tests make a root folder of their own: on Linux, as root, unless a container forbids it.
 */
export const canIsolate = (): boolean =>
  process.getuid?.() === 0 &&
  findProgram('unshare') !== undefined &&
  spawnSync('unshare', ['--mount', 'mount', '--bind', '/usr', '/usr'], { stdio: 'ignore' }).status === 0;

/** Puts into a root folder what the base image brings: Node with the libraries that it loads, and empty places for mounts. */
export function layBase(root: string, nodePath: string): void {
  for (const folder of ['dev', 'proc', 'tmp']) mkdirSync(join(root, folder), { recursive: true });
  mkdirSync(dirname(join(root, nodePath)), { recursive: true });
  writeFileSync(join(root, nodePath), '', { mode: 0o755 }); // the running Node is mounted here
  const listed = execFileSync('ldd', [process.execPath], { encoding: 'utf8' });
  for (const [, path = ''] of listed.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)) {
    cpSync(path, join(root, path), { recursive: true, dereference: true });
  }
}

/** Runs a command as a container would: its root folder, which nobody can write to, its user, its variables. */
export function runInRoot({ root, workingDirectory, uid, env }: Run, command: readonly string[]): Child {
  const [nodePath = ''] = command;
  const id = String(uid);
  const script = `
    set -e
    mount --bind "$ROOT" "$ROOT"
    mount --bind "${process.execPath}" "$ROOT${nodePath}"
    mount -o remount,bind,ro "$ROOT${nodePath}"
    mount --bind /dev "$ROOT/dev"
    mount --bind /proc "$ROOT/proc"
    mount -o remount,bind,ro "$ROOT"
    directory=$DIRECTORY root=$ROOT
    unset ROOT DIRECTORY OLDPWD PWD
    exec setpriv --no-new-privs --clear-groups unshare --root="$root" --wd="$directory" --setgid=${id} --setuid=${id} "$@"
  `;
  return startChild('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', ...command], {
    ...env,
    ROOT: root,
    DIRECTORY: workingDirectory,
  });
}
