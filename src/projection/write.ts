/** Writes the answer of an object whose slots are filled, field by field. False: only the caller's own way can answer. */
import { byteAt, clearBytes, copyBytes, intAt, setByte, type i32 } from './memory.ts';
import { afterSpace, forget, isSame, stringEnd, valueEnd, wasRewritten } from './scan.ts';
import { readObject } from './read.ts';
import { isUsualInstant, isUsualInt } from './leaves.ts';

let out: i32 = 0;
let outEnd: i32 = 0;
/** How far texts have been written, also those that were given up. */
let furthest: i32 = 0;
let values: i32 = 0;
let leafless: i32 = 0;

export function beginWriting(at: i32, end: i32): void {
  out = at;
  outEnd = end;
  furthest = at;
  values = 0;
  leafless = 0;
}

export function position(): i32 {
  return out;
}

export function writtenEnd(): i32 {
  return out > furthest ? out : furthest;
}

export function rewind(at: i32): void {
  furthest = writtenEnd();
  out = at;
}

export function valueCount(): i32 {
  return values;
}

export function leaflessCount(): i32 {
  return leafless;
}

/** Copies write whole blocks, so the last one is kept free. */
function put(from: i32, length: i32): boolean {
  if (out + length + 16 > outEnd) return false;
  copyBytes(out, from, length);
  out += length;
  return true;
}

export function putByte(byte: i32): boolean {
  if (out + 16 > outEnd) return false;
  setByte(out, byte);
  out += 1;
  return true;
}

export function writeObject(fields: i32): boolean {
  const count = intAt(fields);
  const leaves = intAt(fields + 4);
  values += leaves;
  if (leaves === 0) leafless += 1;
  for (let index = 0; index < count; index += 1) {
    const field = intAt(fields + 8 + index * 4);
    if (!put(intAt(field + 4), intAt(field + 8)) || !writeField(field)) return false;
  }
  return putByte(0x7d);
}

/** The value of the slot, or what stands for none. */
function writeSlot(field: i32, slot: i32, isThere: boolean): boolean {
  return isThere ? put(intAt(slot), intAt(slot + 4) - intAt(slot)) : writeNone(field);
}

/** JSON of no characters: another field tells. */
function writeNone(field: i32): boolean {
  if (intAt(field + 12) !== 0) return false;
  const length = intAt(field + 20);
  return length === 0 ? writeField(intAt(field + 16)) : put(intAt(field + 16), length);
}

function writeField(field: i32): boolean {
  const kind = intAt(field);
  if (kind === 0) return writeNone(field);
  if (kind === 13) {
    const list = intAt(field + 28);
    return list === 0 || firstByte(list) === 0x5b ? writeObject(intAt(field + 32)) : writeNull(field);
  }
  const slot = intAt(field + 24);
  const first = firstByte(slot);
  if (kind === 11) {
    const isThere = first === 0x7b && (intAt(field + 28) === 0 || isFit(intAt(field + 28), intAt(field + 36) !== 0));
    return isThere ? writeObject(intAt(field + 32)) : writeNull(field);
  }
  if (kind === 12) return writeObjects(field, slot);
  if (kind === 10) return first === 0x5b ? writeTexts(slot) : writeNone(field);
  return writeLeaf(field, kind, slot, first);
}

function writeLeaf(field: i32, kind: i32, slot: i32, first: i32): boolean {
  if (kind === 1) {
    const unless = intAt(field + 28);
    if (unless !== 0 && firstByte(unless) === 0x22) {
      if (intAt(unless + 8) !== 0) return false;
      if (isText(unless, intAt(field + 32), intAt(field + 36))) return put(intAt(field + 40), intAt(field + 44));
    }
  }
  // The first character that counts: "null" for a property that is not there.
  if (first === 0x22 && kind !== 5 && kind !== 4 && kind !== 8 && intAt(slot + 8) !== 0) return false;
  if (kind === 1) return writeSlot(field, slot, first === 0x22);
  if (kind === 2) return writeSlot(field, slot, first === 0x22 && intAt(slot + 4) - intAt(slot) > 2);
  if (kind === 3) {
    if (first === 0x22 && !isUsualInstant(intAt(slot), intAt(slot + 4))) return false;
    return writeSlot(field, slot, first === 0x22);
  }
  if (kind === 4) {
    const isNumber = first === 0x2d || (first >= 0x30 && first <= 0x39);
    if (isNumber && !isUsualInt(intAt(slot), intAt(slot + 4))) return false;
    return writeSlot(field, slot, isNumber);
  }
  if (kind === 5) return writeSlot(field, slot, first === 0x74 || first === 0x66);
  if (kind === 6) return intAt(slot + 8) === 0 && writeSlot(field, slot, first !== 0 && first !== 0x6e);
  if (kind === 7) return writeFlag(first === 0x22 && isText(slot, intAt(field + 28), intAt(field + 32)));
  if (kind === 8) return writeFlag(first === 0x74);
  return writeChoice(field, slot, first);
}

function writeFlag(flag: boolean): boolean {
  return flag ? put(8, 4) : put(12, 5);
}

/** A null in the place of an object counts as a value. */
function writeNull(field: i32): boolean {
  values += 1;
  return writeNone(field);
}

function writeChoice(field: i32, slot: i32, first: i32): boolean {
  const count = first === 0x22 ? intAt(field + 28) : 0;
  for (let index = 0; index < count; index += 1) {
    const choice = field + 32 + index * 16;
    if (isText(slot, intAt(choice), intAt(choice + 4))) return put(intAt(choice + 8), intAt(choice + 12));
  }
  return writeNone(field);
}

function firstByte(slot: i32): i32 {
  return intAt(slot) === 0 ? 0 : byteAt(intAt(slot));
}

/** Whether the string in the slot is this text. */
function isText(slot: i32, text: i32, length: i32): boolean {
  return intAt(slot + 4) - intAt(slot) - 2 === length && isSame(intAt(slot) + 1, text, length);
}

/** Whether the slot has a string; one with characters, if it has to be an id. */
function isFit(slot: i32, isId: boolean): boolean {
  return firstByte(slot) === 0x22 && (!isId || intAt(slot + 4) - intAt(slot) > 2);
}

function writeTexts(slot: i32): boolean {
  let at = afterSpace(intAt(slot) + 1);
  let count = 0;
  if (!putByte(0x5b)) return false;
  while (byteAt(at) !== 0x5d) {
    forget();
    const isString = byteAt(at) === 0x22;
    const end = isString ? stringEnd(at) : valueEnd(at, 0);
    if (isString) {
      if (wasRewritten() || (count > 0 && !putByte(0x2c)) || !put(at, end - at)) return false;
      count += 1;
    }
    at = afterItem(end);
  }
  if (count > 1) values += count - 1;
  return putByte(0x5d);
}

function writeObjects(field: i32, slot: i32): boolean {
  let count = 0;
  if (!putByte(0x5b)) return false;
  let at = firstByte(slot) === 0x5b ? afterSpace(intAt(slot) + 1) : 0;
  const required = intAt(field + 28);
  while (at !== 0 && byteAt(at) !== 0x5d) {
    if (byteAt(at) === 0x7b) {
      clearBytes(intAt(field + 44), intAt(field + 48));
      const end = readObject(at, intAt(field + 40), 1);
      if (required === 0 || isFit(required, intAt(field + 36) !== 0)) {
        if ((count > 0 && !putByte(0x2c)) || !writeObject(intAt(field + 32))) return false;
        count += 1;
      }
      at = afterItem(end);
    } else at = afterItem(valueEnd(at, 0));
  }
  if (count === 0) values += 1;
  return putByte(0x5d);
}

/** The next item of a list that has been scanned before, or the list's end. */
function afterItem(end: i32): i32 {
  const at = afterSpace(end);
  return byteAt(at) === 0x2c ? afterSpace(at + 1) : at;
}
