import { setFlagsFromString } from 'node:v8';

/**
 * V8 watches which objects outlive a scavenge, and allocates those of such places in the old generation from the start
 * (pretenuring). With several requests under way, parts of many outlive one and are garbage a millisecond later. Then only a
 * full collection frees them, and until then they keep all that they lead to: a quarter of what a request allocates.
 */
setFlagsFromString('--no-allocation-site-pretenuring');

/**
 * Small Buffers are parts of larger ones, of 64 KiB in Node 26. A body of a few hundred bytes that outlives two scavenges keeps
 * one of these until the next full collection, and a few hundred of them bring that collection about.
 */
Buffer.poolSize = 8192;
