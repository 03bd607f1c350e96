import type { IncomingMessage } from 'node:http';
import { BadRequest } from './bad-request.ts';
import { maxBodyBytes } from './limits.ts';

/** The JSON of a POST: UTF-8, not packed, of at most 100 KiB. */
export async function readBody(req: IncomingMessage): Promise<unknown> {
  checkBodyHeaders(req);
  const bytes = await readBytes(req);
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

function readBytes(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    req.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBodyBytes) {
        req.pause();
        reject(tooLarge());
      } else chunks.push(chunk);
    });
    req.on('end', () => resolve(Buffer.concat(chunks, length)));
    req.on('error', () => reject(new BadRequest(400, 'The body broke off.')));
  });
}

const tooLarge = () => new BadRequest(413, `The body is larger than ${maxBodyBytes} bytes.`);
