/** Pauses shorter than this are no news. Milliseconds. */
const calmMs = 50;
const tries = 10;

/** Milliseconds that this thread has had of the processor. What other work of the machine takes is not among them. */
export function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/**
 * Milliseconds that the longest turn of the event loop worked while some work goes on, in the calmest of several tries:
 * what the machine does besides makes pauses too, but not each time.
 */
export async function longestPause(work: () => Promise<unknown>): Promise<number> {
  let calmest = Number.POSITIVE_INFINITY;
  for (let count = 0; count < tries && calmest > calmMs; count += 1) {
    let [last, longest] = [threadMs(), 0];
    const look = () => {
      longest = Math.max(longest, threadMs() - last);
      last = threadMs();
    };
    const timer = setInterval(look, 1);
    await work();
    look();
    clearInterval(timer);
    calmest = Math.min(calmest, longest);
  }
  return calmest;
}
