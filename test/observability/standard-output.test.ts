import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { standardOutput, type LogDestination } from '../../src/observability/standard-output.ts';

const { O_NONBLOCK, O_RDWR } = constants;
const mebibyte = 1024 * 1024;
/** For a busy machine. */
const patient = { timeout: 10_000 };
/** More than a pipe holds. */
const manyLines = 200;
const line = (index: number) => `${JSON.stringify({ index, padding: 'x'.repeat(1000) })}\n`;

const others = new Set(process.rawListeners('exit'));
/** What happens to the output when the process exits. In a thread pino leaves out the flush, so it is repeated here. */
function exit(output: Output): void {
  for (const listener of process.rawListeners('exit')) if (!others.has(listener)) listener.call(process, 0);
  if (!output.destroyed) output.flushSync();
}

interface Output extends LogDestination {
  readonly destroyed: boolean;
  on(event: 'drop', listener: () => void): void;
  flushSync(): void;
  destroy(): void;
}

let folder: string;
let readers: number[];
let outputs: Output[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stdout-'));
  [readers, outputs] = [[], []];
});
afterEach(() => {
  for (const output of outputs) output.destroy(); // closes its file
  for (const fd of readers) closeSync(fd);
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

/** The gateway's output, where standard output is this file or pipe. */
function outputTo(fd: number): Output {
  const stdout = vi.spyOn(process, 'stdout', 'get').mockReturnValue({ fd } as typeof process.stdout);
  const output = standardOutput() as Output;
  stdout.mockRestore();
  outputs.push(output);
  return output;
}

function outputToFile() {
  const path = join(folder, 'out');
  return { output: outputTo(openSync(path, 'a')), written: () => readFileSync(path, 'utf8') };
}

/** Node sets pipes to non-blocking. */
function outputToPipe() {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const output = outputTo(openSync(path, O_RDWR | O_NONBLOCK));
  const reader = openSync(path, O_RDWR | O_NONBLOCK); // also a writer: the pipe has no end
  readers.push(reader);
  const buffer = Buffer.alloc(mebibyte);
  let text = '';
  /** All that has come out of the pipe so far. */
  const read = (): string => {
    try {
      for (;;) text += buffer.toString('latin1', 0, readSync(reader, buffer));
    } catch (error) {
      expect(error).toMatchObject({ code: 'EAGAIN' });
      return text;
    }
  };
  return { output, read };
}

/** Resolves when the pipe is full and the next attempt to write to it is planned, by a timer that does not run. */
const isBlocked = () => expect.poll(() => vi.getTimerCount(), patient).toBe(2); // the other timer is for few lines

describe('Log lines on standard output', () => {
  it('are written together, a few soon after', async () => {
    const { output, written } = outputToFile();
    output.write('one\n');
    output.write('two\n');
    expect(written()).toBe('');
    await expect.poll(written, patient).toBe('one\ntwo\n');
  });

  it('are all written when the process exits', () => {
    const { output, written } = outputToFile();
    output.write('last\n');
    exit(output);
    expect(written()).toBe('last\n');
  });

  it('wait while nothing reads the pipe, and come in order once something does', async () => {
    const { output, read } = outputToPipe();
    const lines = Array.from({ length: manyLines }, (_, index) => line(index));
    for (const text of lines) output.write(text);
    await expect.poll(() => read().length, patient).toBe(lines.join('').length);
    output.write('then\n');
    await expect.poll(() => read().endsWith('then\n'), patient).toBe(true);
    output.write('last\n');
    exit(output);
    expect(read() === `${lines.join('')}then\nlast\n`).toBe(true);
  });

  it('beyond eight megabytes are dropped while nothing reads the pipe, and the process goes on', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearInterval'] });
    const { output, read } = outputToPipe();
    let dropped = 0;
    output.on('drop', () => void (dropped += 1));
    const lines = Array.from({ length: 12_000 }, (_, index) => line(index));
    for (const text of lines) output.write(text);
    const kept = (lines.length - dropped) * line(0).length;
    expect(kept).toBeGreaterThan(7.8 * mebibyte);
    expect(kept).toBeLessThan(8.2 * mebibyte);
    await isBlocked();
    const sent = read();
    expect(sent.length).toBeGreaterThan(line(0).length);
    expect(lines.join('').startsWith(sent)).toBe(true);
  });

  it('are given up when the process exits while nothing reads the pipe: the exit does not wait', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearInterval'] });
    const { output } = outputToPipe();
    for (let index = 0; index < manyLines; index += 1) output.write(line(index));
    await isBlocked();
    exit(output);
    expect(output.destroyed).toBe(true);
  });
});
