/**
 * JSON's grammar over the bytes of a body, exactly as JSON.parse takes it. The input is valid UTF-8 and ends with zero bytes,
 * at which every scan stops. Each function returns where its value ends, or 0 if there is none.
 *
 * Written in what TypeScript and AssemblyScript have in common: Node runs this file, and the WebAssembly is made of it.
 */
import { byteAt, intAt, plainEnd, setInt, type i32 } from './memory.ts';

/** Levels of lists and objects; a deeper body is left to its caller. */
const maxDepth: i32 = 512;

const quote: i32 = 0x22;
const backslash: i32 = 0x5c;
const comma: i32 = 0x2c;
const minus: i32 = 0x2d;
const zero: i32 = 0x30;
const openList: i32 = 0x5b;
const closeList: i32 = 0x5d;
const openObject: i32 = 0x7b;
const closeObject: i32 = 0x7d;

/** Digits that a number keeps through a conversion to double precision and back. */
const exactDigits: i32 = 15;
/** Keys of an object that are compared with each other. */
const maxComparedKeys: i32 = 64;
const keyStackEntries: i32 = 4096;

/** Whether JSON.stringify writes what was scanned since `forget` with other bytes, or might do so. */
let isRewritten: boolean = false;
/** Whether a string has had an escape since `forget`. */
let hasEscape: boolean = false;
/** The deepest level of a list or object since `forget`. */
let deepest: i32 = 0;
/** Whether objects are looked through for what JSON.stringify writes in another order or once: see `checkKey`. */
let checksKeys: boolean = false;
/** Start and end of the keys of all open objects, while `checksKeys`. */
let keyStack: i32 = 0;
let keyCount: i32 = 0;
/** Where the last key ended, behind its quote. */
let keyEnd: i32 = 0;

export function beginScan(keyStackAt: i32): void {
  keyStack = keyStackAt;
  keyCount = 0;
  checksKeys = false;
}

export function forget(): void {
  isRewritten = false;
  hasEscape = false;
  deepest = 0;
}

export function wasRewritten(): boolean {
  return isRewritten;
}

export function hadEscape(): boolean {
  return hasEscape;
}

export function lastKeyEnd(): i32 {
  return keyEnd;
}

export function afterSpace(from: i32): i32 {
  let at = from;
  let byte = byteAt(at);
  while (byte <= 0x20 && (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09)) {
    isRewritten = true;
    at += 1;
    byte = byteAt(at);
  }
  return at;
}

export function stringEnd(start: i32): i32 {
  let at = plainEnd(start + 1);
  while (byteAt(at) !== quote) {
    if (byteAt(at) !== backslash) return 0;
    at = escapeEnd(at);
    if (at === 0) return 0;
    at = plainEnd(at);
  }
  return at + 1;
}

function escapeEnd(at: i32): i32 {
  hasEscape = true;
  const byte = byteAt(at + 1);
  // n " \ t r b f
  if (byte === 0x6e || byte === quote || byte === backslash || byte === 0x74 || byte === 0x72) return at + 2;
  if (byte === 0x62 || byte === 0x66) return at + 2;
  if (byte === 0x2f) {
    isRewritten = true;
    return at + 2;
  }
  if (byte !== 0x75) return 0;
  let code = 0;
  for (let index = 2; index < 6; index += 1) {
    const digit = hexDigit(byteAt(at + index));
    if (digit < 0) return 0;
    code = code * 16 + digit;
  }
  // Control characters without a letter of their own, in lower case: JSON.stringify writes no other character so but lone
  // surrogates.
  const hasLetter = code === 8 || code === 9 || code === 10 || code === 12 || code === 13;
  if (code >= 0x20 || hasLetter || (byteAt(at + 5) >= 0x41 && byteAt(at + 5) <= 0x46)) isRewritten = true;
  return at + 6;
}

function hexDigit(byte: i32): i32 {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  if (byte >= 0x61 && byte <= 0x66) return byte - 0x57;
  if (byte >= 0x41 && byte <= 0x46) return byte - 0x37;
  return -1;
}

function digitsEnd(from: i32): i32 {
  let at = from;
  while (byteAt(at) >= zero && byteAt(at) <= 0x39) at += 1;
  return at;
}

function numberEnd(start: i32): i32 {
  const first = byteAt(start) === minus ? start + 1 : start;
  let at = digitsEnd(first);
  if (at === first) return 0;
  const isBelowOne = byteAt(first) === zero;
  if (isBelowOne && at > first + 1) return 0;
  let digits = at - first;
  if (byteAt(at) === 0x2e) {
    const fraction = at + 1;
    at = digitsEnd(fraction);
    if (at === fraction) return 0;
    digits += at - fraction;
    let zeros = fraction;
    while (byteAt(zeros) === zero) zeros += 1;
    // 0.0000001 becomes 1e-7, 1.50 becomes 1.5.
    if ((isBelowOne && zeros - fraction > 5) || byteAt(at - 1) === zero) isRewritten = true;
  } else if (isBelowOne && first > start) isRewritten = true; // -0 becomes 0.
  if (digits > exactDigits) isRewritten = true;
  if (byteAt(at) === 0x65 || byteAt(at) === 0x45) {
    isRewritten = true;
    const sign = byteAt(at + 1);
    const exponent = sign === 0x2b || sign === minus ? at + 2 : at + 1;
    at = digitsEnd(exponent);
    if (at === exponent) return 0;
  }
  return at;
}

/** `depth`: lists and objects around the value. */
export function valueEnd(at: i32, depth: i32): i32 {
  const byte = byteAt(at);
  if (byte === quote) return stringEnd(at);
  if (byte === openObject) return objectEnd(at, depth + 1);
  if (byte === openList) return listEnd(at, depth + 1);
  if (byte === 0x74) return wordEnd(at, 0x72, 0x75, 0x65); // true
  if (byte === 0x6e) return wordEnd(at, 0x75, 0x6c, 0x6c); // null
  if (byte === 0x66) return byteAt(at + 1) === 0x61 ? wordEnd(at + 1, 0x6c, 0x73, 0x65) : 0; // false
  return numberEnd(at);
}

function wordEnd(at: i32, second: i32, third: i32, fourth: i32): i32 {
  return byteAt(at + 1) === second && byteAt(at + 2) === third && byteAt(at + 3) === fourth ? at + 4 : 0;
}

function listEnd(start: i32, depth: i32): i32 {
  if (depth > maxDepth) return 0;
  if (depth > deepest) deepest = depth;
  let at = afterSpace(start + 1);
  if (byteAt(at) === closeList) return at + 1;
  while (true) {
    at = valueEnd(at, depth);
    if (at === 0) return 0;
    at = afterSpace(at);
    if (byteAt(at) === closeList) return at + 1;
    if (byteAt(at) !== comma) return 0;
    at = afterSpace(at + 1);
  }
}

function objectEnd(start: i32, depth: i32): i32 {
  if (depth > maxDepth) return 0;
  if (depth > deepest) deepest = depth;
  const firstKey = keyCount;
  let at = afterSpace(start + 1);
  if (byteAt(at) === closeObject) return at + 1;
  while (true) {
    const value = afterKey(at);
    if (value === 0) return 0;
    if (checksKeys && !isRewritten) checkKey(at, keyEnd, firstKey);
    at = valueEnd(value, depth);
    if (at === 0) return 0;
    at = afterSpace(at);
    if (byteAt(at) === closeObject) break;
    if (byteAt(at) !== comma) return 0;
    at = afterSpace(at + 1);
  }
  keyCount = firstKey;
  return at + 1;
}

/** Where the value begins that belongs to the key here. */
export function afterKey(at: i32): i32 {
  if (byteAt(at) !== quote) return 0;
  keyEnd = stringEnd(at);
  if (keyEnd === 0) return 0;
  const colon = afterSpace(keyEnd);
  return byteAt(colon) === 0x3a ? afterSpace(colon + 1) : 0;
}

/** Notes what is rewritten: keys that come twice, and those of digits only, which come first and in their own order. */
function checkKey(start: i32, end: i32, firstKey: i32): void {
  if (digitsEnd(start + 1) === end - 1 || keyCount - firstKey >= maxComparedKeys || keyCount >= keyStackEntries) {
    isRewritten = true;
    return;
  }
  for (let index = firstKey; index < keyCount; index += 1) {
    const other = intAt(keyStack + index * 8);
    if (intAt(keyStack + index * 8 + 4) - other === end - start && isSame(other, start, end - start))
      isRewritten = true;
  }
  setInt(keyStack + keyCount * 8, start);
  setInt(keyStack + keyCount * 8 + 4, end);
  keyCount += 1;
}

/** Scans a value that is to be copied as it is: `wasRewritten` tells then whether it can be. */
export function copyableEnd(at: i32, depth: i32, levels: i32): i32 {
  checksKeys = true;
  keyCount = 0;
  const end = valueEnd(at, depth);
  checksKeys = false;
  if (deepest - depth > levels) isRewritten = true;
  return end;
}

export function isSame(first: i32, second: i32, length: i32): boolean {
  for (let index = 0; index < length; index += 1) {
    if (byteAt(first + index) !== byteAt(second + index)) return false;
  }
  return true;
}
