/** Loaded into both servers by `--import`: tells the benchmark the CPU time that the whole process has used, in µs. */
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.on('disconnect', () => process.exit());
