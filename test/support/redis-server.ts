import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from '@redis/client';
import { onTestFinished, TestRunner } from 'vitest';
import { freePort } from './free-port.ts';
import { RedisStore } from '../../src/store/redis-store.ts';
import { needProgram } from './program.ts';
import { storeServer } from './servers.ts';

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

export interface TestStore {
  readonly port: number;
  readonly url: string;
  /** As `kill -9` does. */
  kill(): Promise<void>;
  /** On the same port, empty. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** A real Redis or Valkey on a free port, without a disk. It ends with the test that starts it. */
export async function startStore(args: readonly string[] = []): Promise<TestStore> {
  const binary = needProgram(storeServer, storeServer, 'This test');
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  let child: ChildProcess | undefined;
  async function start(): Promise<void> {
    child = spawn(
      binary,
      ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder, ...args],
      { stdio: 'ignore' },
    );
    for (let tries = 0; tries < 200 && !(await answers(port)); tries += 1) await delay(25);
  }
  async function kill(): Promise<void> {
    if (child === undefined) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    child = undefined;
    await ended;
  }
  await start();
  const close = async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  };
  if (TestRunner.getCurrentTest() !== undefined) onTestFinished(close);
  return { port, url: `redis://127.0.0.1:${port}`, kill, restart: () => kill().then(start), close };
}

/** A client of that store, which ends with the test that opens it. `patienceMs`: a busy machine must not make it late. */
export async function openRedisStore(url: string, patienceMs = 2000): Promise<RedisStore> {
  const redis = new RedisStore({ url, deployment: 'chat', patienceMs, onChange: () => undefined });
  onTestFinished(() => redis.close());
  await redis.connect();
  return redis;
}

/** A client that sees what is in a store, and ends with the test that opens it. */
export async function openStoreClient(url: string) {
  const client = await createClient({ url, RESP: 2 })
    .on('error', () => undefined)
    .connect();
  onTestFinished(() => client.destroy());
  return client;
}
