import { setTimeout } from 'node:timers/promises';

/** Shorter pauses are normal. Milliseconds. */
const calmMs = 50;
const tries = 20;
/** Milliseconds between tries, in which a busy neighbour may come to an end. */
const restMs = 100;

/** CPU time of this thread in milliseconds, without other work of the machine. */
export function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/**
 * CPU milliseconds of the longest turn of the event loop during some work: the least of several tries, because other
 * work of the machine adds pauses, but not every time.
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
    if (calmest > calmMs) await setTimeout(restMs);
  }
  return calmest;
}
