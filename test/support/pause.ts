/** Pauses shorter than this are no news. Milliseconds. */
const calmMs = 50;
const tries = 10;

/**
 * Milliseconds of the longest pause of the event loop while some work goes on, in the calmest of several tries: other
 * work of the machine makes pauses too, but not each time.
 */
export async function longestPause(work: () => Promise<unknown>): Promise<number> {
  let calmest = Number.POSITIVE_INFINITY;
  for (let count = 0; count < tries && calmest > calmMs; count += 1) {
    let [last, longest] = [performance.now(), 0];
    const look = () => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    };
    const timer = setInterval(look, 1);
    await work();
    look();
    clearInterval(timer);
    calmest = Math.min(calmest, longest);
  }
  return calmest;
}
