import { GatewayError } from '../../errors.ts';
import { asObject, type JsonObject } from '../../json.ts';
import type { CallOutcome } from './breaker.ts';
import { takesLongToParse } from './nesting.ts';
import { TransportError, type UpstreamResponse } from './transport.ts';

/** What a failure tells of the workspace: what it answered in its own way, or we gave up, does not count against it. */
export function outcomeOf(answer: UpstreamResponse | TransportError): CallOutcome {
  if (!(answer instanceof TransportError)) return [502, 503, 504].includes(answer.status) ? 'failure' : 'success';
  if (answer.reason === 'cancelled') return 'unknown';
  if (answer.reason === 'timeout') return 'timeout';
  return answer.reason === 'too-large' || answer.reason === 'protocol' ? 'success' : 'failure';
}

/** `reason` of the error for an answer that is too large: asked for again, it will be so again. */
export const tooLarge = 'too_large';

/** The error for an answer whose shape is not the endpoint's. `detail` says what is missing, for the log. */
export const badShape = (endpoint: string, detail: string): GatewayError =>
  new GatewayError('UPSTREAM_BAD_RESPONSE', `The workspace gave an answer to ${endpoint} that cannot be used.`, {
    detail,
  });

/** The JSON object of an answer, whatever its content-type says, unless it says HTML or a packed body. */
export function readBody({ headers, body }: UpstreamResponse): JsonObject | undefined {
  if (headers['content-type']?.startsWith('text/html') === true) return undefined;
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') return undefined;
  if (takesLongToParse(body)) return undefined;
  try {
    const start = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0;
    return asObject(JSON.parse(body.toString('utf8', start)));
  } catch {
    return undefined;
  }
}

/** The error for a call that had no time left, or took all of it. */
export const tooLate = (endpoint: string, detail: string): GatewayError =>
  new GatewayError('UPSTREAM_TIMEOUT', `The workspace did not answer ${endpoint} in time.`, { detail });

/** The error for a call without an answer. */
export function noAnswer(endpoint: string, { reason, message }: TransportError): GatewayError {
  if (reason === 'timeout') return tooLate(endpoint, message);
  if (reason === 'too-large') {
    const text = `The workspace's answer to ${endpoint} is larger than can be read.`;
    return new GatewayError('UPSTREAM_BAD_RESPONSE', text, { reason: tooLarge, detail: message });
  }
  if (reason === 'protocol') return badShape(endpoint, message);
  return new GatewayError('UPSTREAM_UNAVAILABLE', `The workspace cannot be reached (${endpoint}).`, {
    detail: message,
  });
}
