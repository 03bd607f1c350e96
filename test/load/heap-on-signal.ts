/** Loaded into the gateway's process by a soak: on SIGUSR2 it collects garbage, and writes what is left in one line. */
process.on('SIGUSR2', () => {
  globalThis.gc?.();
  const resources = Object.fromEntries(
    [...Map.groupBy(process.getActiveResourcesInfo(), (name) => name)].map(([name, all]) => [name, all.length]),
  );
  process.stderr.write(`${JSON.stringify({ heapMegabytes: process.memoryUsage().heapUsed / 1e6, resources })}\n`);
});
