import { isUtf8 } from 'node:buffer';
import { asObject, type JsonObject } from '../json.ts';
import { CutRow, type CutRows } from './cut-row.ts';
import { engineOf, type Engine, type EngineMemory, type EngineName } from './engine.ts';
import { imageOf } from './image.ts';
import type { Program } from './program.ts';

export interface CutBody {
  /** The body with an empty list instead of its rows. */
  readonly rest: JsonObject;
  readonly rows: readonly CutRow[];
}

export interface Cutter {
  /**
   * Undefined for what the scanner cannot do: a body that is no object or no JSON, without the list or too large or too deep.
   * Then the caller parses it. The rows refer to the body, which must stay as it is.
   */
  cut(body: Buffer): CutBody | undefined;
}

/** Larger bodies are parsed: together with `maxTextBytes`, this bounds the scanner's memory. */
export const maxBodyBytes = 2 * 1024 * 1024;
const maxTextBytes = 4 * 1024 * 1024;
const maxRows = 4096;
const keyStackBytes = 32_768;
/** Zero bytes behind the body, at which the scanner stops. */
const padding = 64;

/** Cuts the answers of rows out of the bytes of bodies: exactly what JSON.parse, `json.ts` and JSON.stringify make of them. */
export function createCutter(program: Program, engineName: EngineName = 'wasm'): Cutter {
  const image = imageOf(program);
  const engine = engineOf(engineName);
  return {
    cut: (body) => {
      if (image === undefined || body.length > maxBodyBytes || !isUtf8(body)) return undefined;
      return cut(engine, image, program.keys, body);
    },
  };
}

/** The whole number at an address. */
const at = (ints: Int32Array, address: number): number => ints[address >> 2] ?? 0;

const aligned = (bytes: number): number => (bytes + 15) & ~15;

function cut(engine: Engine, image: Uint8Array, keys: Program['keys'], body: Buffer): CutBody | undefined {
  const stride = 8 + keys.length * 3;
  const keyStack = aligned(image.length);
  const from = keyStack + keyStackBytes;
  const rowsAt = aligned(from + body.length + padding);
  const out = rowsAt + aligned(Math.min(maxRows, body.length >> 1) * stride * 4);
  const outEnd = out + Math.min(maxTextBytes, body.length * 4 + 4096);
  const memory = engine.reserve(outEnd);
  if (memory === undefined) return undefined;
  const { bytes, ints } = memory;
  bytes.set(image, 0);
  bytes.set(body, from);
  bytes.fill(0, from + body.length, rowsAt);
  // What was used, or everything, should the scanner throw. Between these ranges lies what was not used.
  let [rowsEnd, textsEnd] = [bytes.length, bytes.length];
  try {
    const count = engine.cutRows(from, from + body.length, rowsAt, out, outEnd, keyStack);
    [rowsEnd, textsEnd] = [at(ints, 36), at(ints, 32)];
    return count < 0 ? undefined : resultOf(memory, body, { from, rowsAt, out }, keys, count);
  } finally {
    // Nothing that belongs to a caller stays behind.
    bytes.fill(0, 0, rowsEnd);
    bytes.fill(0, out, textsEnd);
  }
}

function resultOf(
  { ints, chars }: EngineMemory,
  body: Buffer,
  { from, rowsAt, out }: { readonly from: number; readonly rowsAt: number; readonly out: number },
  keys: Program['keys'],
  count: number,
): CutBody | undefined {
  const stride = 8 + keys.length * 3;
  const listAt = at(ints, 20) - from;
  const listEnd = at(ints, 24) - from;
  const rest = asObject(JSON.parse(`${body.toString('utf8', 0, listAt)}[]${body.toString('utf8', listEnd)}`));
  if (rest === undefined) return undefined;
  const cut: CutRows = {
    body,
    from,
    facts: ints.slice(rowsAt >> 2, (rowsAt >> 2) + count * stride),
    keys,
    texts: chars.toString('latin1', out, at(ints, 28)),
    textsFrom: out,
  };
  const rows: CutRow[] = [];
  for (let at = 0; at < cut.facts.length; at += stride) rows.push(new CutRow(cut, at));
  return { rest, rows };
}
