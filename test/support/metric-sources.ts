/** What `Metrics` reads of a gateway that has nothing to do. */
export const idleSources = {
  inFlight: () => 0,
  shed: () => new Map(),
  loopDelayMs: () => 0,
  arrivingBytes: () => 0,
  heldBytes: () => 0,
  unsentBytes: () => 0,
  heldTokens: () => 0,
  connections: async () => 0,
  knownCallers: () => 0,
  windows: () => [],
  workspace: { inFlight: 0, queueLength: 0, retriesDenied: 0, breakerState: 'closed' },
  store: { isAway: false, replicas: 1, outages: 0 },
  versions: { version: '1.2.3', node: 'v26.0.0' },
};
