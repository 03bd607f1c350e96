import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GatewayError } from '../errors.ts';
import type { RowCutter } from '../projection/row-cutter.ts';
import { sleep, waitForOwnTurn, type Cancellation } from './cancellation.ts';
import type { Clock } from './clock.ts';
import type { AcceptedCallers } from './memory/accepted-callers.ts';
import type { CallPermits, Permit, PendingCall } from './queue/call-permits.ts';
import type { RequestConcurrency } from './queue/request-concurrency.ts';
import type { WorkspaceClock } from './rate-limit/workspace-clock.ts';
import type { UpstreamResponse } from './transport/exchange.ts';
import { isLarge } from './transport/nesting.ts';
import { classify, type CallAnswer, type CallResult } from './transport/response.ts';
import type { RetryPolicy } from './transport/retry.ts';
import type { Transport } from './transport/transport.ts';
import { TransportError } from './transport/transport-error.ts';
import { refusedElsewhere, type WorkspaceStore } from './workspace-store.ts';

/** What a call comes to for whoever makes it. One of the two runs as the call ends; `fail` also if `succeed` throws. */
export interface CallEnd<Value> {
  succeed(answer: CallAnswer): Value;
  /** A value in the place of a failure, or throws. */
  fail(error: unknown): Value;
}

export interface CallRequest extends PendingCall {
  /** Bounds the calls of its request to its endpoint, all of them; `concurrency` those that have passed the window. */
  readonly calls: RequestConcurrency;
  /** Path with the query, below the workspace's URL. */
  readonly path: string;
  /** Cuts the rows of the response, if it can. */
  readonly cutter?: RowCutter | undefined;
  /** Whether the call may be made twice, as far as is known by now. */
  readonly isIdempotent: boolean;
  /** Runs when the workspace rejects the credentials, before the next call has its turn. */
  onUnauthenticated(error: GatewayError): void;
  /** Runs when it joins a call of another request. */
  onShared(): void;
  /** Runs when an attempt goes out. A call without a place or a retry without budget does not. */
  onSent(attempt: number): void;
  /** Receives the number of bytes of each chunk of the response. */
  readonly onData?: (bytes: number) => void;
}

export interface CallRunnerParts {
  readonly clock: Clock;
  readonly permits: CallPermits;
  readonly transport: Transport;
  /** Milliseconds that one attempt may take in all. */
  readonly timeoutMs: number;
  readonly retries: RetryPolicy;
  readonly acceptedCallers: AcceptedCallers;
  readonly workspaceClock: WorkspaceClock;
  readonly store: WorkspaceStore | undefined;
}

/** Makes calls: each acquires its permits, goes out, and is retried when a failure is transient. */
export class CallRunner {
  readonly #parts: CallRunnerParts;

  constructor(parts: CallRunnerParts) {
    this.#parts = parts;
  }

  /**
   * Waits for a slot of the request, unless it has one, and makes the call. One function from the first wait to the last:
   * another that it awaited would take a promise, a microtask and its variables for each call.
   */
  async make<Value>(
    request: CallRequest,
    end: CallEnd<Value>,
    cancellation: Cancellation,
    needsSlot = true,
  ): Promise<Value> {
    const { clock, permits, retries } = this.#parts;
    const { endpoint, deadline, observer, calls } = request;
    let hasSlot = false;
    try {
      const turn = needsSlot ? calls.enter() : undefined;
      if (turn !== undefined) await waitForOwnTurn(turn, cancellation);
      hasSlot = needsSlot;
      this.#checkCaller(request);
      let failure: CallResult['failure'];
      for (let attempt = 1; ; attempt += 1) {
        let permit: Permit | undefined;
        try {
          permit = permits.enter(request);
          let wait = permits.advance(permit, request, cancellation);
          for (; wait !== undefined; wait = permits.advance(permit, request, cancellation)) await wait;
        } catch (error) {
          if (permit !== undefined) permits.leave(permit, request);
          throw failure?.error ?? error; // a retry that did not go out tells less than the attempt before it
        }
        request.onSent(attempt);
        if (attempt === 1) retries.budget.deposit();
        const sentAt = clock.now();
        const sent = observer?.sends(endpoint, attempt);
        const isFresh = failure?.retry?.isStaleSocket === true;
        const response = await this.#send(request, sent?.headers, isFresh, cancellation);
        const tookMs = Math.max(0, clock.now() - sentAt);
        sent?.ended(tookMs, response instanceof TransportError ? response.reason : response.status);
        const result = this.#learn(request, response, sentAt);
        permits.release(permit, request, result);
        if (!(response instanceof TransportError) && isLarge(response.body)) await nextTurn(); // lets other requests run before the rows are processed
        const { body } = result;
        if (body !== undefined) {
          const { date } = (response as UpstreamResponse).headers; // what failed to come has no body
          return end.succeed({ json: body.json, cut: body.cut, timing: { date, tookMs } });
        }
        failure = result.failure;
        const wait =
          failure.retry && retries.waitBefore(failure.retry, { attempt, isIdempotent: request.isIdempotent, deadline });
        if (wait === undefined) throw failure.error;
        if (wait > 0) await sleep(wait, clock, cancellation);
      }
    } catch (error) {
      return end.fail(error);
    } finally {
      if (hasSlot) calls.exit();
    }
  }

  /** Throws for credentials that this request, or another gateway, has seen rejected. */
  #checkCaller(request: CallRequest): void {
    request.check();
    const { store, acceptedCallers } = this.#parts;
    const { key } = request.caller;
    if (store?.isRefused(key) !== true) return;
    const error = refusedElsewhere();
    acceptedCallers.refuse(key);
    request.onUnauthenticated(error);
    throw error;
  }

  /** One attempt on the wire. `ownHeaders`: those of its trace. */
  #send(
    { path, caller, concurrency, isIdempotent, cutter, onData }: CallRequest,
    ownHeaders: readonly string[] | undefined,
    isFresh: boolean,
    cancellation: Cancellation,
  ): Promise<UpstreamResponse | TransportError> {
    const { transport, timeoutMs } = this.#parts;
    return transport.get(path, {
      headers: caller.headers,
      ownHeaders,
      timeoutMs,
      pipeline: isIdempotent ? concurrency : undefined, // the calls of one request to one endpoint, which it awaits together
      isFresh,
      wantsBytes: cutter !== undefined,
      onStart: (cancel) => cancellation.onCancel(cancel),
      onData,
    });
  }

  /** Classifies a response, and remembers what it says about the workspace and the caller. */
  #learn(request: CallRequest, response: UpstreamResponse | TransportError, sentAt: number): CallResult {
    const { clock, retries, workspaceClock, acceptedCallers, store } = this.#parts;
    const { endpoint, caller, cutter } = request;
    const now = clock.now();
    if (!(response instanceof TransportError)) {
      retries.durations.add(now - sentAt);
      // A server error may come from a proxy with another clock.
      if (response.status < 500) workspaceClock.learn(response.headers.date, sentAt);
    }
    const result = classify(endpoint, response, { now, aheadMs: workspaceClock.likelyAheadMs }, cutter);
    if (result.isCallerAccepted) acceptedCallers.accept(caller.key, caller.userId);
    const error = result.failure?.error;
    if (error?.code === 'UNAUTHENTICATED') {
      acceptedCallers.refuse(caller.key);
      store?.tell({ refused: caller.key });
      request.onUnauthenticated(error);
    }
    return result;
  }
}
