import { getHeapSpaceStatistics } from 'node:v8';

/**
 * Loaded into a process under test. On SIGUSR2 it collects garbage and prints the heap's megabytes; on SIGIO, what a collection
 * of young objects alone leaves of them; on SIGWINCH, the milliseconds of the longest turn of its event loop since the last
 * signal.
 */
let [last, longest] = [process.threadCpuUsage(), 0];
const look = () => {
  const now = process.threadCpuUsage();
  longest = Math.max(longest, (now.user - last.user + now.system - last.system) / 1000);
  last = now;
};
setInterval(look, 1).unref();

const tell = (facts: object) => process.stderr.write(`${JSON.stringify(facts)}\n`);

process.on('SIGUSR2', () => {
  globalThis.gc?.();
  tell({ heapMegabytes: process.memoryUsage().heapUsed / 1e6 });
  last = process.threadCpuUsage();
});
process.on('SIGIO', () => {
  for (let round = 0; round < 3; round += 1) globalThis.gc?.({ type: 'minor' }); // twice seen, an object counts as old
  const objects = getHeapSpaceStatistics().filter(({ space_name: name }) => /^(new|old|large_object)_/.test(name));
  const bytes = objects.reduce((sum, space) => sum + space.space_used_size, 0);
  tell({ leftMegabytes: bytes / 1e6 });
});
process.on('SIGWINCH', () => {
  look();
  tell({ longestMs: longest });
  longest = 0;
});
