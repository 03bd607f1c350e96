import { randomUUID } from 'node:crypto';
import type { Finding, StoreListener, WorkspaceStore } from '../upstream/workspace-store.ts';
import { StoreKeys } from './keys.ts';
import { heartbeatScript, maxRefused } from './heartbeat-script.ts';
import { RedisStore, replyMs, type WhyAway } from './redis-store.ts';
import { SharedAllowances } from './shared-allowances.ts';
import { QueriesInStore } from './shared-queries.ts';
import { leaseMs, SharedWindows } from './shared-windows.ts';

export interface ReplicasStoreOptions {
  readonly url: string;
  /** The deployment, which keys begin with. */
  readonly name: string;
  readonly workspaceUrl: string;
  /** Milliseconds from a call's turn to its end at most. */
  readonly callMs: number;
  /** As of `RedisStoreOptions`. */
  readonly patienceMs?: number;
}

/** Between two heartbeats, and after how long without one a replica counts as gone. Milliseconds. */
const heartbeatMs = 1000;
const goneMs = 5000;
/** Findings of one moment go together. Milliseconds. */
const gatherMs = 50;
/** Beyond the time that a call may take, before its lease counts as lost. Milliseconds. */
const marginMs = 1000;
/** How long a refused pair of user id and token is remembered. Milliseconds. */
const refusedMs = 5000;

/** The store that replicas share: windows, and what each of them finds out about the workspace. */
export class ReplicasStore implements WorkspaceStore {
  readonly leaseMs = leaseMs;
  readonly replyMs = replyMs;
  readonly allowances: SharedAllowances;
  readonly queries: QueriesInStore;
  readonly #keys: StoreKeys;
  readonly #replica = randomUUID().slice(0, 13);
  readonly #listeners: StoreListener[] = [];
  readonly #windows: SharedWindows;
  readonly #redis: RedisStore;
  #replicas = 1;
  #whyAway: WhyAway | undefined;
  /** Whether the store has heard of this replica since it is there. */
  #isKnown = false;
  #timer: NodeJS.Timeout | undefined;
  /** When that goes off, by the monotonic clock. */
  #beatAt = Number.POSITIVE_INFINITY;
  /** What the next heartbeat tells: until when the workspace is down and unlicensed, and which pairs it refused. */
  #found = { downUntil: 0, unlicensedUntil: 0, refused: new Set<string>() };
  /** Refused pairs by hash, with the time (of this process, in milliseconds) until which they are remembered. */
  #refused: ReadonlyMap<string, number> = new Map();

  constructor({ url, name, workspaceUrl, callMs, patienceMs }: ReplicasStoreOptions) {
    const redis = new RedisStore({
      url,
      deployment: name,
      ...(patienceMs !== undefined && { patienceMs }),
      onChange: (away) => this.#changed(away),
    });
    const keys = new StoreKeys(name, workspaceUrl);
    this.#redis = redis;
    this.#keys = keys;
    this.allowances = new SharedAllowances({ redis, keys });
    this.queries = new QueriesInStore({ redis, keys });
    this.#windows = new SharedWindows({ redis, keys, replica: this.#replica, callMs: callMs + marginMs });
  }

  /** As of `RedisStore`. */
  async connect(): Promise<void> {
    await this.#redis.connect();
  }

  get isAway(): boolean {
    return this.#redis.isAway;
  }

  get replicas(): number {
    return this.#replicas;
  }

  /** Undefined while it is there. */
  get whyAway(): WhyAway | undefined {
    return this.#whyAway;
  }

  /** How often the store was lost. */
  get outages(): number {
    return this.#redis.outages;
  }

  windowOf(key: string): ReturnType<SharedWindows['windowOf']> {
    return this.#windows.windowOf(key);
  }

  subscribe(listener: StoreListener): void {
    this.#listeners.push(listener);
    if (this.isAway) listener.storeChanged();
  }

  tell({ downMs = 0, unlicensedMs = 0, refused }: Finding): void {
    const now = performance.now();
    this.#found.downUntil = Math.max(this.#found.downUntil, now + downMs);
    this.#found.unlicensedUntil = Math.max(this.#found.unlicensedUntil, now + unlicensedMs);
    if (refused !== undefined && this.#found.refused.size < maxRefused)
      this.#found.refused.add(this.#keys.hashed(refused));
    this.#beatAfter(gatherMs);
  }

  isRefused(callerKey: string): boolean {
    if (this.#refused.size === 0) return false;
    return (this.#refused.get(this.#keys.hashed(callerKey)) ?? 0) > performance.now();
  }

  /** This replica leaves: the others share what was its part. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#redis.run(heartbeatScript, this.#heartbeatKeys, [this.#replica, 0, 0, 0, 0]);
    this.#redis.close();
  }

  get #heartbeatKeys(): string[] {
    return ['replicas', 'facts', 'refused'].map((name) => this.#keys.named(name));
  }

  #changed(away: WhyAway | undefined): void {
    this.#whyAway = away;
    this.#isKnown = false;
    if (away === undefined) this.#beatAfter(0);
    for (const listener of this.#listeners) listener.storeChanged();
  }

  /** Unless an earlier one is due: however often something is found, heartbeats go on. */
  #beatAfter(ms: number): void {
    const at = performance.now() + ms;
    if (at >= this.#beatAt) return;
    this.#beatAt = at;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#beat(), ms);
    this.#timer.unref();
  }

  async #beat(): Promise<void> {
    this.#beatAt = Number.POSITIVE_INFINITY;
    const { downUntil, unlicensedUntil, refused } = this.#found;
    const now = performance.now();
    const facts = [downUntil - now, unlicensedUntil - now, refusedMs].map((ms) => Math.max(0, Math.round(ms)));
    const told = [...refused];
    const reply = await this.#redis.run(heartbeatScript, this.#heartbeatKeys, [
      this.#replica,
      goneMs,
      ...facts,
      ...told,
    ]);
    if (!Array.isArray(reply)) return; // the next one comes when the store is back, and tells the same
    for (const pair of told) refused.delete(pair);
    this.#hear(reply);
    this.#beatAfter(heartbeatMs);
  }

  #hear([replicas, isNew, downMs, unlicensedMs, ...refused]: readonly unknown[]): void {
    // It was connected all the time, but has forgotten this replica, and so all else.
    if (isNew === 1 && this.#isKnown) for (const listener of this.#listeners) listener.storeChanged();
    this.#isKnown = true;
    this.#replicas = Math.max(1, Math.min(maxReplicas, wholeNumber(replicas)));
    const now = performance.now();
    const pairs = new Map<string, number>();
    for (let index = 0; index < Math.min(refused.length, 2 * maxRefused); index += 2) {
      pairs.set(String(refused[index]), now + Math.min(refusedMs, wholeNumber(refused[index + 1])));
    }
    this.#refused = pairs;
    const findings = { downMs: wholeNumber(downMs), unlicensedMs: wholeNumber(unlicensedMs) };
    for (const listener of this.#listeners) listener.heard?.(findings);
  }
}

/** More are not believed. */
const maxReplicas = 10_000;

const wholeNumber = (value: unknown): number => {
  const number = Number(value);
  return Number.isSafeInteger(number) && number > 0 ? number : 0;
};
