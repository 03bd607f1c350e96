/** Cuts the answers of rows out of a body, as a program says. `image.ts` says how programs lie in memory. */
import { isUsualInstant, isUsualInt } from './leaves.ts';
import { byteAt, clearBytes, intAt, plainEnd, setInt, type i32 } from './memory.ts';
import { afterKey, afterSpace, beginScan, forget, hadEscape, isSame, lastKeyEnd, valueEnd } from './scan.ts';
import { beginReading, readObject, wasAmbiguous } from './read.ts';
import {
  beginWriting,
  leaflessCount,
  position,
  putByte,
  rewind,
  valueCount,
  writeObject,
  writtenEnd,
} from './write.ts';

let rowsAt: i32 = 0;
let rowsEnd: i32 = 0;

/**
 * Reads the body between `from` and `to` and writes rows at `rows` and their texts at `out`. Returns the number of rows; -1
 * for a body that is not as expected, or whose rows need more memory.
 */
export function cutRows(from: i32, to: i32, rows: i32, out: i32, outEnd: i32, keyStack: i32): i32 {
  beginScan(keyStack);
  beginWriting(out, outEnd);
  rowsAt = rows;
  rowsEnd = out;
  const count = cutBody(from, to);
  setInt(28, position());
  // Copies write whole blocks.
  setInt(32, writtenEnd() + 16);
  setInt(36, rowsAt);
  return count;
}

function cutBody(from: i32, to: i32): i32 {
  let count = -1;
  let at = afterSpace(from);
  if (byteAt(at) !== 0x7b) return -1;
  at = afterSpace(at + 1);
  // An empty object has no list.
  while (true) {
    forget();
    const value = afterKey(at);
    if (value === 0 || hadEscape()) return -1;
    const length = lastKeyEnd() - at - 2;
    if (intAt(52) === length && isSame(intAt(48), at + 1, length)) {
      if (count >= 0 || byteAt(value) !== 0x5b) return -1;
      count = cutList(value);
      if (count < 0) return -1;
      setInt(20, value);
      at = intAt(24);
    } else {
      at = valueEnd(value, 1);
      if (at === 0) return -1;
    }
    at = afterSpace(at);
    if (byteAt(at) === 0x7d) break;
    if (byteAt(at) !== 0x2c) return -1;
    at = afterSpace(at + 1);
  }
  return afterSpace(at + 1) === to ? count : -1;
}

function cutList(start: i32): i32 {
  let count = 0;
  let at = afterSpace(start + 1);
  if (byteAt(at) === 0x5d) {
    setInt(24, at + 1);
    return 0;
  }
  while (true) {
    at = cutRow(at);
    if (at === 0) return -1;
    count += 1;
    at = afterSpace(at);
    if (byteAt(at) === 0x5d) break;
    if (byteAt(at) !== 0x2c) return -1;
    at = afterSpace(at + 1);
  }
  setInt(24, at + 1);
  return count;
}

function cutRow(start: i32): i32 {
  const row = rowsAt;
  const keys = intAt(76);
  rowsAt += 32 + keys * 12;
  if (rowsAt > rowsEnd) return 0;
  clearBytes(row, rowsAt);
  setInt(row, start);
  if (byteAt(start) !== 0x7b) {
    const end = valueEnd(start, 2);
    setInt(row + 4, end);
    return end;
  }
  clearBytes(intAt(60), intAt(64));
  beginReading();
  const end = readObject(start, intAt(56), 3);
  if (end === 0) return 0;
  setInt(row + 4, end);
  // 1: an object; 2: its keys can be told apart; 4: hidden
  let flags = 1;
  if (!wasAmbiguous()) {
    flags = 3;
    const hidden = intAt(intAt(72));
    if (hidden !== 0 && byteAt(hidden) === 0x74) flags = 7;
    for (let index = 0; index < keys; index += 1) {
      const slot = intAt(80 + index * 4);
      const from = intAt(slot);
      const to = intAt(slot + 4);
      const isText = from !== 0 && byteAt(from) === 0x22;
      if (from === 0 || !(isText || isUsualInt(from, to))) continue;
      const key = row + 32 + index * 12;
      setInt(key, from);
      setInt(key + 4, to);
      // 1: a text without escapes; 2: an instant in the usual form; 4: a whole number in the usual form
      if (!isText) setInt(key + 8, 4);
      else setInt(key + 8, (plainEnd(from + 1) === to - 1 ? 1 : 0) | (isUsualInstant(from, to) ? 2 : 0));
    }
    const text = position();
    const values = valueCount();
    const leafless = leaflessCount();
    // The comma is not the row's: with it, rows that follow each other are one text.
    if (writeObject(intAt(68)) && !wasAmbiguous() && putByte(0x2c)) {
      setInt(row + 8, text);
      setInt(row + 12, position() - 1);
      setInt(row + 16, valueCount() - values);
      setInt(row + 20, leaflessCount() - leafless);
    } else rewind(text);
  }
  setInt(row + 24, flags);
  return end;
}
