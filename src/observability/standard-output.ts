import pino from 'pino';

/** Characters per write, and milliseconds after which a shorter batch is written. */
const writeLength = 4096;
const writeDelayMs = 200;
/** Buffered characters, at most. If nothing reads the log, further lines are dropped and the process goes on. */
const maxWaitingLength = 8 * 1024 * 1024;

/**
 * Buffered, non-blocking stdout: one write per line costs a tenth of a small request. On exit pino flushes, unless the
 * pipe is blocked: then the flush would never return.
 */
export function standardOutput(): pino.DestinationStream {
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
    minLength: writeLength,
    periodicFlush: writeDelayMs,
    maxLength: maxWaitingLength,
    retryEAGAIN,
  });
  output.on('write', () => {
    isBlocked = false;
  });
  process.prependOnceListener('exit', () => {
    if (isBlocked) output.destroy();
  });
  return output;
}
