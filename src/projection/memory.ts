/**
 * The memory that the scanner works in, for the JavaScript engine. `memory.as` has the same functions for WebAssembly,
 * where they are single instructions.
 */

/** A whole number of 32 bits: AssemblyScript's name for it. */
export type i32 = number;

let bytes = new Uint8Array(0);
let ints = new Int32Array(0);

/** Makes this the memory. Its length is a multiple of four. */
export function useMemory(buffer: ArrayBuffer): void {
  bytes = new Uint8Array(buffer);
  ints = new Int32Array(buffer);
}

export function byteAt(at: i32): i32 {
  return bytes[at] ?? 0;
}

export function setByte(at: i32, value: i32): void {
  bytes[at] = value;
}

/** At a multiple of four. */
export function intAt(at: i32): i32 {
  return ints[at >> 2] ?? 0;
}

export function setInt(at: i32, value: i32): void {
  ints[at >> 2] = value;
}

/** Longer texts are copied faster by one call than byte by byte. */
const longText = 48;

/** The two ranges are apart. May write up to 15 bytes more than asked for. */
export function copyBytes(to: i32, from: i32, length: i32): void {
  if (length > longText) {
    bytes.copyWithin(to, from, from + length);
    return;
  }
  for (let index = 0; index < length; index += 1) bytes[to + index] = bytes[from + index] ?? 0;
}

export function clearBytes(from: i32, to: i32): void {
  bytes.fill(0, from, to);
}

/** The first quote, backslash or control character, from here on. */
export function plainEnd(from: i32): i32 {
  let at = from;
  let byte = byteAt(at);
  while (byte >= 0x20 && byte !== 0x22 && byte !== 0x5c) {
    at += 1;
    byte = byteAt(at);
  }
  return at;
}
