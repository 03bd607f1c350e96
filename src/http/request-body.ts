import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpError } from './http-error.ts';
import type { HeldBytes, Holder } from './held-bytes.ts';
import { isUtf8 } from './media-types.ts';
import { maxBodyBytes } from '../limits.ts';
import { refusals, type Refusal } from './refusals.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A parsed body and its length. */
export interface Body {
  readonly json: unknown;
  readonly bytes: number;
}

/** The JSON body of a POST: UTF-8, uncompressed, at most 100 KiB. `arriving` bounds the bodies of all requests in total. */
export async function readBody(
  req: IncomingMessage,
  res: ServerResponse,
  arriving: HeldBytes,
  isAccepted: boolean,
): Promise<Body> {
  checkBodyHeaders(req);
  if (awaitsContinue(req)) res.writeContinue();
  const bytes = await readBytes(req, arriving, isAccepted);
  try {
    return { json: JSON.parse(utf8.decode(bytes)), bytes: bytes.length };
  } catch {
    throw new HttpError(refusals.bodyNotJson);
  }
}

/**
 * Whether the connection can be reused after a response now: the body has arrived, or is small enough to be read and
 * discarded. Otherwise a load balancer would have to open a new connection after each refusal.
 */
export const canKeepConnection = (req: IncomingMessage): boolean =>
  req.complete ||
  (req.headers['transfer-encoding'] === undefined &&
    Number(req.headers['content-length'] ?? 0) <= maxBodyBytes &&
    !awaitsContinue(req));

/** Whether the client waits for `100 Continue` before it sends its body. */
const awaitsContinue = ({ headers, httpVersion }: IncomingMessage): boolean =>
  headers.expect !== undefined && httpVersion === '1.1';

function checkBodyHeaders({ headers }: IncomingMessage): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw new HttpError(refusals.contentEncoding);
  const [type = '', ...parameters] = (headers['content-type'] ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase());
  if (type !== 'application/json') throw new HttpError(refusals.contentType);
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  if (charset !== undefined && !isUtf8(charset)) throw new HttpError(refusals.charset);
  if (Number(headers['content-length'] ?? 0) > maxBodyBytes) throw new HttpError(refusals.bodyTooLarge);
}

function readBytes(req: IncomingMessage, arriving: HeldBytes, isAccepted: boolean): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes: Buffer = Buffer.alloc(0);
    let length = 0;
    const refuse = (refusal: Refusal) => {
      req.off('data', take).pause();
      arriving.drop(holder);
      reject(new HttpError(refusal));
    };
    const holder: Holder = { destroy: () => refuse(refusals.bodyTooSlow()), isAccepted };
    const take = (chunk: Buffer) => {
      if (length + chunk.length > maxBodyBytes) return refuse(refusals.bodyTooLarge);
      bytes = length === 0 ? chunk : append(bytes, length, chunk);
      length += chunk.length;
      arriving.set(holder, bytes.length);
    };
    req.on('data', take);
    req.on('end', () => {
      arriving.drop(holder);
      resolve(bytes.subarray(0, length));
    });
    req.on('error', () => refuse(refusals.bodyEndedEarly));
  });
}

/** Appends in place while there is room. A list of chunks would take three hundred bytes per chunk of one byte. */
function append(bytes: Buffer, length: number, chunk: Buffer): Buffer {
  const needed = length + chunk.length;
  let target = bytes;
  if (needed > bytes.length) {
    target = Buffer.allocUnsafeSlow(Math.min(maxBodyBytes, 2 * needed));
    bytes.copy(target, 0, 0, length);
  }
  chunk.copy(target, length);
  return target;
}
