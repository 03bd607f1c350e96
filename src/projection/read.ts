/**
 * Reads an object of a body into slots: where the values are that a program wants of it. `image.ts` says how shapes, properties
 * and slots lie in memory.
 */
import { byteAt, intAt, setInt, type i32 } from './memory.ts';
import {
  afterKey,
  afterSpace,
  copyableEnd,
  forget,
  hadEscape,
  isSame,
  lastKeyEnd,
  valueEnd,
  wasRewritten,
} from './scan.ts';

/** Levels of a value that the JSON scalar accepts: `maxJsonDepth`. */
const maxCopiedLevels: i32 = 256;

/** Whether an object had keys that only JSON.parse can take apart: escapes, or twice the same. */
let isAmbiguous: boolean = false;

export function beginReading(): void {
  isAmbiguous = false;
}

export function wasAmbiguous(): boolean {
  return isAmbiguous;
}

/** Returns where the object ends, or 0. `depth`: its own level, which programs keep small. */
export function readObject(start: i32, shape: i32, depth: i32): i32 {
  let at = afterSpace(start + 1);
  if (byteAt(at) === 0x7d) return at + 1;
  while (true) {
    forget();
    const value = afterKey(at);
    if (value === 0) return 0;
    if (hadEscape()) isAmbiguous = true;
    const property = propertyOf(shape, at + 1, lastKeyEnd() - at - 2);
    at = property === 0 ? valueEnd(value, depth) : readProperty(value, property, depth);
    if (at === 0) return 0;
    at = afterSpace(at);
    if (byteAt(at) === 0x7d) return at + 1;
    if (byteAt(at) !== 0x2c) return 0;
    at = afterSpace(at + 1);
  }
}

function propertyOf(shape: i32, key: i32, length: i32): i32 {
  const bucket = (length * 5 + byteAt(key) + byteAt(key + length - 1) * 3) & 31;
  let property = intAt(shape + bucket * 4);
  while (property !== 0) {
    if (intAt(property + 8) === length && isSame(intAt(property + 4), key, length)) return property;
    property = intAt(property);
  }
  return 0;
}

function readProperty(at: i32, property: i32, depth: i32): i32 {
  const slot = intAt(property + 12);
  const inner = byteAt(at) === 0x7b ? intAt(property + 16) : 0;
  const isCopied = intAt(property + 20) !== 0;
  if (intAt(slot) !== 0) isAmbiguous = true;
  setInt(slot, at);
  forget();
  let end = 0;
  if (isCopied || inner === 0) {
    end = isCopied ? copyableEnd(at, depth, maxCopiedLevels) : valueEnd(at, depth);
    setInt(slot + 8, wasRewritten() ? 1 : 0);
    if (end === 0) return 0;
  }
  if (inner !== 0) end = readObject(at, inner, depth + 1);
  setInt(slot + 4, end);
  return end;
}
