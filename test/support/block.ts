/** Blocks the event loop: the process does nothing else meanwhile. */
export function blockFor(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
