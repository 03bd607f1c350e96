import type { ServerResponse } from 'node:http';

/** Larger answers are handed over in pieces of so many bytes, each when the one before has gone out. */
const pieceBytes = 256 * 1024;

/**
 * Writes the body of an answer. `onLeft` is told how many bytes have not gone out, whenever that has become less, so that
 * it shows who reads and who does not; and what has gone out takes no memory any more.
 */
export function writeAnswer(res: ServerResponse, body: string, bytes: number, onLeft: (bytes: number) => void): void {
  onLeft(bytes);
  if (bytes <= pieceBytes) {
    res.end(body);
    return;
  }
  const pieces = piecesOf(Buffer.from(body));
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

/** The last piece first. Each has memory of its own, which is free when it has gone out. */
function piecesOf(body: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  for (let start = 0; start < body.length; start += pieceBytes)
    pieces.push(Buffer.from(body.subarray(start, start + pieceBytes)));
  return pieces.toReversed();
}
