import pino from 'pino';

/** Characters that are written together, and milliseconds that a line waits for others at most. */
const writeLength = 4096;
const writeDelayMs = 200;
/** Characters that wait for whoever reads the log, at most; lines beyond that are lost, and nobody waits for them. */
const maxWaitingLength = 8 * 1024 * 1024;

/**
 * Lines leave some at a time, and never hold up the process: to write each by itself takes a tenth of a small request. At
 * an exit pino writes what is left, unless nobody takes it: that would never end.
 */
export function standardOutput(): pino.DestinationStream {
  // To look at it makes Node open it, and a pipe non-blocking: else a write that nobody takes holds a thread, also at an exit.
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
