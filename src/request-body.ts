import type { IncomingMessage } from 'node:http';
import { BadRequest, overloaded } from './bad-request.ts';
import type { HeldBytes } from './held-bytes.ts';
import { maxBodyBytes } from './limits.ts';

/** The JSON of a POST: UTF-8, not packed, of at most 100 KiB. `arriving` bounds what all requests together hold of theirs. */
export async function readBody(req: IncomingMessage, arriving: HeldBytes): Promise<unknown> {
  checkBodyHeaders(req);
  const bytes = await readBytes(req, arriving);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new BadRequest(400, 'The body is not JSON in UTF-8.');
  }
}

/** Whether what has not come of the body is worth reading to its end, so that the connection can be kept. */
export const hasSmallBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= maxBodyBytes;

function checkBodyHeaders({ headers }: IncomingMessage): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new BadRequest(415, 'Send the body without content-encoding.');
  }
  const [type = '', ...parameters] = (headers['content-type'] ?? '').split(';').map((part) => part.trim().toLowerCase());
  if (type !== 'application/json') throw new BadRequest(415, 'Send the query as application/json.');
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  if (charset !== undefined && !['utf-8', 'utf8', '"utf-8"'].includes(charset)) {
    throw new BadRequest(415, 'Send the body in UTF-8.');
  }
  if (Number(headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge();
}

function readBytes(req: IncomingMessage, arriving: HeldBytes): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes: Buffer = Buffer.alloc(0);
    let length = 0;
    const refuse = (reason: BadRequest) => {
      req.off('data', take).pause();
      arriving.drop(holder);
      reject(reason);
    };
    const holder = { destroy: () => refuse(overloaded('The body took too long to come, while there is much to do: try again shortly.')) };
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
    req.on('error', () => refuse(new BadRequest(400, 'The body broke off.')));
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

const tooLarge = () => new BadRequest(413, `The body is larger than ${maxBodyBytes} bytes.`);
