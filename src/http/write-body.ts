import type { ServerResponse } from 'node:http';
import { bodyBuffer, ByteString, type BodyText } from '../byte-string.ts';

/** Larger bodies are written in pieces of this size, each after the one before has been flushed. */
const pieceBytes = 256 * 1024;

/**
 * Writes the body of a response and ends it. `onLeft` gets the number of unsent bytes whenever it shrinks, which shows
 * whether the client reads. Pieces that were sent are freed.
 */
export function writeBody(res: ServerResponse, body: BodyText, bytes: number, onLeft: (bytes: number) => void): void {
  onLeft(bytes);
  if (bytes <= pieceBytes) {
    if (body instanceof ByteString) res.end(body.bytes, 'latin1');
    else res.end(body);
    return;
  }
  const pieces = piecesOf(bodyBuffer(body));
  let left = bytes;
  const next = (): void => {
    const piece = pieces.pop();
    if (piece === undefined) {
      res.end();
      return;
    }
    res.write(piece, (error) => {
      if (error != null || res.destroyed) return;
      left -= piece.length;
      onLeft(left);
      next();
    });
  };
  next();
}

/** The last piece first. Each is a copy, so that it can be freed by itself. */
function piecesOf(body: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  for (let start = 0; start < body.length; start += pieceBytes)
    pieces.push(Buffer.from(body.subarray(start, start + pieceBytes)));
  return pieces.toReversed();
}
