import pino from 'pino';

/** Bytes that are written together, the most of one write, and milliseconds after which a shorter batch is written. */
const writeLength = 32 * 1024;
const maxWriteLength = 64 * 1024;
const writeDelayMs = 200;
/** Buffered bytes, at most. If nothing reads the log, further lines are dropped and the process goes on. */
const maxWaitingLength = 8 * 1024 * 1024;

/** Takes lines, and writes what it holds when it is told to. */
export interface LogDestination extends pino.DestinationStream {
  flush(callback?: (error?: Error) => void): void;
}

/**
 * Buffered, non-blocking stdout: one write per line costs a tenth of a small request. On exit pino flushes, unless the
 * pipe is blocked: then the flush would never return.
 */
export function standardOutput(): LogDestination {
  // Reading `process.stdout` makes Node open it and set pipes non-blocking. Otherwise a write that nothing reads blocks a
  // thread, on exit too.
  const { fd } = process.stdout;
  let isBlocked = false;
  const retryEAGAIN = (): boolean => {
    isBlocked = true;
    return true;
  };
  const output = pino.destination({
    dest: fd,
    sync: false,
    contentMode: 'buffer',
    minLength: writeLength,
    maxWrite: maxWriteLength,
    periodicFlush: writeDelayMs,
    maxLength: maxWaitingLength,
    retryEAGAIN,
  });
  // Bytes: of text, sonic-boom joins and measures the whole batch anew with each line, which takes twice as long.
  const write = output.write.bind(output) as unknown as (line: Buffer) => boolean;
  output.write = (line: string) => write(Buffer.from(line));
  output.on('write', () => {
    isBlocked = false;
  });
  process.prependOnceListener('exit', () => {
    if (isBlocked) output.destroy();
  });
  return output;
}
