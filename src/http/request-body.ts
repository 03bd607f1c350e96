import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpError, overloaded } from './http-error.ts';
import type { HeldBytes } from './held-bytes.ts';
import { isUtf8 } from './media-types.ts';
import { maxBodyBytes } from '../limits.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A body, and how long it was. */
export interface Body {
  readonly json: unknown;
  readonly bytes: number;
}

/** The JSON of a POST: UTF-8, not packed, of at most 100 KiB. `arriving` bounds what all requests together hold of theirs. */
export async function readBody(
  req: IncomingMessage,
  res: ServerResponse,
  arriving: HeldBytes,
  isAccepted: boolean,
): Promise<Body> {
  checkBodyHeaders(req);
  if (isAskedToContinue(req)) res.writeContinue();
  const bytes = await readBytes(req, arriving, isAccepted);
  try {
    return { json: JSON.parse(utf8.decode(bytes)), bytes: bytes.length };
  } catch {
    throw new HttpError(400, 'The body is not JSON in UTF-8.');
  }
}

/**
 * Whether the connection can be used again after an answer now: the body has come, or is small enough to be read to its
 * end and forgotten. A balancer would else open a new connection after each refusal.
 */
export const canKeepConnection = (req: IncomingMessage): boolean =>
  req.complete ||
  (req.headers['transfer-encoding'] === undefined &&
    Number(req.headers['content-length'] ?? 0) <= maxBodyBytes &&
    !isAskedToContinue(req));

/** Whether the client waits to be told that its body is wanted. */
const isAskedToContinue = ({ headers, httpVersion }: IncomingMessage): boolean =>
  headers.expect !== undefined && httpVersion === '1.1';

function checkBodyHeaders({ headers }: IncomingMessage): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new HttpError(415, 'Send the body without content-encoding.');
  }
  const [type = '', ...parameters] = (headers['content-type'] ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase());
  if (type !== 'application/json') throw new HttpError(415, 'Send the query as application/json.');
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  if (charset !== undefined && !isUtf8(charset)) {
    throw new HttpError(415, 'Send the body in UTF-8.');
  }
  if (Number(headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge();
}

function readBytes(req: IncomingMessage, arriving: HeldBytes, isAccepted: boolean): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes: Buffer = Buffer.alloc(0);
    let length = 0;
    const refuse = (reason: HttpError) => {
      req.off('data', take).pause();
      arriving.drop(holder);
      reject(reason);
    };
    const holder = { destroy: () => refuse(tooSlow()), isAccepted };
    const take = (chunk: Buffer) => {
      if (length + chunk.length > maxBodyBytes) return refuse(tooLarge());
      bytes = length === 0 ? chunk : append(bytes, length, chunk);
      length += chunk.length;
      arriving.set(holder, bytes.length);
    };
    req.on('data', take);
    req.on('end', () => {
      arriving.drop(holder);
      resolve(bytes.subarray(0, length));
    });
    req.on('error', () => refuse(new HttpError(400, 'The body broke off.')));
  });
}

/** Into the same memory while there is room. A list of the chunks would take three hundred bytes for each chunk of one. */
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

function tooSlow(): HttpError {
  const refusal = overloaded('The body took too long to come, while there is much to do: try again shortly.');
  refusal.answer.headers.set('connection', 'close');
  return refusal;
}

const tooLarge = () => new HttpError(413, `The body is larger than ${maxBodyBytes} bytes.`);
