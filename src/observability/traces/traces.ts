import { setTimeout as delay } from 'node:timers/promises';
import { ROOT_CONTEXT, trace, type Context } from '@opentelemetry/api';
import { ExportResultCode, parseTraceParent } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type ReadableSpan,
  type Sampler,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions';
import type { TraceSettings } from '../../config/config.ts';
import type { CallObserver } from '../../upstream/call-observer.ts';
import type { Logger } from '../log.ts';
import { RequestTrace, type TraceParts, type WorkspaceAddress } from './request-trace.ts';

export interface TracesParts {
  readonly settings: TraceSettings;
  readonly workspaceUrl: string;
  readonly version: string;
  /** Is told of all calls to the workspace too. */
  readonly calls: CallObserver | undefined;
  readonly clean: (text: string) => string;
  readonly log: Logger;
}

const usualName = 'rocketchat-dm-gateway';
/** Spans that wait to be sent, at most: further ones are lost. A span takes about 1 KB. */
const maxWaitingSpans = 4096;
/** Milliseconds between two lines about traces that could not be sent. */
const quietMs = 60_000;

/**
 * Sends traces by OTLP over HTTP, in batches of 512 spans every five seconds. No request waits for that: what does not get
 * through is lost.
 */
export class Traces {
  readonly #parts: TraceParts;
  readonly #provider: TracerProvider;

  constructor({ settings, workspaceUrl, version, calls, clean, log }: TracesParts) {
    const url = `${settings.url.replace(/\/+$/, '')}/v1/traces`;
    const { serviceName } = settings;
    const exporter = new OTLPTraceExporter({ url, headers: { ...settings.headers } });
    this.#provider = new TracerProvider({
      // Each goes before those above it, as OpenTelemetry orders them.
      resource: defaultResource()
        .merge(resourceFromAttributes({ [ATTR_SERVICE_NAME]: usualName, [ATTR_SERVICE_VERSION]: version }))
        .merge(detectResources({ detectors: [resourceAttributesEnvDetector] }))
        .merge(resourceFromAttributes(serviceName === undefined ? {} : { [ATTR_SERVICE_NAME]: serviceName })),
      sampler: samplerOf(settings),
      spanProcessors: [
        new BatchSpanProcessor({ exporter: new LossReporter(exporter, log), maxQueueSize: maxWaitingSpans }),
      ],
    });
    this.#parts = {
      tracer: this.#provider.getTracer(usualName, version),
      workspace: addressOf(workspaceUrl),
      reachesWorkspace: settings.reachWorkspace,
      calls,
      clean,
    };
  }

  /** Begins the trace of a request, as a part of the caller's own if it has one. */
  begin(method: string, traceparent: string | string[] | undefined): RequestTrace {
    return new RequestTrace(this.#parts, contextOf(traceparent), method);
  }

  /** Sends what is left, for as long as this at most. */
  async close(ms: number): Promise<void> {
    const sent = this.#provider.shutdown().catch(() => undefined);
    await Promise.race([sent, delay(ms, undefined, { ref: false })]);
  }
}

/** A header that is not one trace is none. */
function contextOf(traceparent: string | string[] | undefined): Context {
  const parent = typeof traceparent === 'string' ? parseTraceParent(traceparent) : null;
  return parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
}

function addressOf(workspaceUrl: string): WorkspaceAddress {
  const { origin, pathname, hostname, port, protocol } = new URL(workspaceUrl);
  const usualPort = protocol === 'https:' ? 443 : 80;
  return { url: origin + pathname.replace(/\/+$/, ''), host: hostname, port: port === '' ? usualPort : Number(port) };
}

function samplerOf({ sampler, share }: TraceSettings): Sampler {
  const kind = sampler.replace('parentbased_', '');
  const own =
    kind === 'always_on'
      ? new AlwaysOnSampler()
      : kind === 'always_off'
        ? new AlwaysOffSampler()
        : new TraceIdRatioBasedSampler(share);
  return sampler === kind ? own : new ParentBasedSampler({ root: own });
}

/** Tells the log, once a minute at most, when spans could not be sent; the answer of the receiver stays out of it. */
class LossReporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #log: Logger;
  #lost = 0;
  #saidAt = Number.NEGATIVE_INFINITY;

  constructor(exporter: SpanExporter, log: Logger) {
    this.#exporter = exporter;
    this.#log = log;
  }

  export: SpanExporter['export'] = (spans: ReadableSpan[], done) => {
    this.#exporter.export(spans, (result) => {
      if (result.code !== ExportResultCode.SUCCESS) this.#lose(spans.length, result.error);
      done({ code: ExportResultCode.SUCCESS }); // what is lost is lost: the processor would report it in its own way
    });
  };

  shutdown = (): Promise<void> => this.#exporter.shutdown();

  #lose(spans: number, error: (Error & { readonly code?: unknown }) | undefined): void {
    this.#lost += spans;
    const now = performance.now();
    if (now - this.#saidAt < quietMs) return;
    this.#saidAt = now;
    this.#log.warn({ lostSpans: this.#lost, reason: error?.code ?? error?.name }, 'traces could not be sent');
    this.#lost = 0;
  }
}
