import type { Received } from './receiver.ts';

/** A span as a collector gets it, attributes by name. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code?: number };
  readonly attributes: Readonly<Record<string, unknown>>;
}

interface OtlpAttribute {
  readonly key: string;
  readonly value: OtlpValue;
}

interface OtlpValue {
  readonly arrayValue?: { readonly values: readonly OtlpValue[] };
  readonly [kind: string]: unknown;
}

interface ExportTraceServiceRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<ReceivedSpan, 'attributes'> & { readonly attributes: readonly OtlpAttribute[] })[];
    }[];
  }[];
}

const requestOf = ({ body }: Received) => JSON.parse(body.toString()) as ExportTraceServiceRequest;

const valueOf = ({ arrayValue, ...scalar }: OtlpValue): unknown =>
  arrayValue === undefined ? Object.values(scalar)[0] : arrayValue.values.map(valueOf);

const named = (attributes: readonly OtlpAttribute[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]));

/** Decodes what a receiver of OTLP/HTTP in JSON has got. */
export const spansIn = (received: readonly Received[]): ReceivedSpan[] =>
  received
    .flatMap((one) => requestOf(one).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans }) => spans)
    .map(({ attributes, ...span }) => ({ ...span, attributes: named(attributes) }));

/** What the spans are of: the service, its version. */
export const resourcesIn = (received: readonly Received[]): Record<string, unknown>[] =>
  received.flatMap((one) => requestOf(one).resourceSpans.map(({ resource }) => named(resource.attributes)));
