import { ResponseParser } from '../../src/upstream/transport/response-parser.ts';

export interface Seen {
  heads: { status: number; headers: Record<string, unknown>; length: number | undefined }[];
  body: string;
  /** Whether the connection may be used again; undefined: the response has not ended. */
  reuse: boolean | undefined;
  fault: string | undefined;
  isComplete: boolean;
}

/** Reads pieces of one response, and the end of the connection behind them, if it comes. */
export function read(pieces: readonly (string | Buffer)[], { ends = false, parser: given }: Options = {}): Seen {
  const seen: Seen = { heads: [], body: '', reuse: undefined, fault: undefined, isComplete: false };
  const parser = given ?? new ResponseParser(handlerOf(seen));
  parser.expect(1);
  for (const piece of pieces) {
    const bytes = Buffer.from(piece as string, 'latin1');
    seen.fault ??= parser.read(bytes);
    bytes.fill(0); // other connections use the same memory
  }
  if (ends) seen.isComplete = parser.end();
  return seen;
}

interface Options {
  ends?: boolean;
  parser?: ResponseParser;
}

export const handlerOf = (seen: Seen) => ({
  onHead: (status: number, headers: object, length: number | undefined) =>
    void seen.heads.push({ status, headers: { ...headers }, length }),
  onData: (bytes: Buffer) => void (seen.body += bytes.toString('latin1')),
  onEnd: (mayBeReused: boolean) => void (seen.reuse = mayBeReused),
});

export const ok = 'HTTP/1.1 200 OK\r\n';
export const chunked = `${ok}transfer-encoding: chunked\r\n\r\n`;
export const sized = (length: number | string) => `${ok}content-length: ${length}\r\n\r\n`;
