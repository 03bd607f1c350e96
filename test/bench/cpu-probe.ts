/** Loaded into every server by `--import`: tells the benchmark what the whole process has used. */
export interface Usage {
  readonly cpuMicros: number;
  /** Resident memory, bytes. */
  readonly rss: number;
}

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMicros: user + system, rss: process.memoryUsage.rss() } satisfies Usage);
});
process.on('disconnect', () => process.exit());
