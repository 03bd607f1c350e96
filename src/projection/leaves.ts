/** Which texts of instants and numbers are written as they are. For others, the readers of `json.ts` have to decide. */
import { byteAt, type i32 } from './memory.ts';

/** `"2023-11-01T23:20:57.357Z"`, and a day that exists. */
export function isUsualInstant(start: i32, end: i32): boolean {
  if (end - start !== 26) return false;
  const isWritten =
    byteAt(start + 5) === 0x2d &&
    byteAt(start + 8) === 0x2d &&
    byteAt(start + 11) === 0x54 &&
    byteAt(start + 14) === 0x3a &&
    byteAt(start + 17) === 0x3a &&
    byteAt(start + 20) === 0x2e &&
    byteAt(start + 24) === 0x5a;
  if (!isWritten) return false;
  const century = twoDigits(start + 1);
  const yearOfCentury = twoDigits(start + 3);
  const month = twoDigits(start + 6);
  const day = twoDigits(start + 9);
  const hour = twoDigits(start + 12);
  const minute = twoDigits(start + 15);
  const second = twoDigits(start + 18);
  const fraction = twoDigits(start + 21);
  if (century < 0 || yearOfCentury < 0 || fraction < 0 || twoDigits(start + 22) < 0) return false;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return false;
  if (month < 1 || month > 12 || day < 1) return false;
  if (month === 2) {
    const isLeap = yearOfCentury === 0 ? (century & 3) === 0 : (yearOfCentury & 3) === 0;
    return day <= (isLeap ? 29 : 28);
  }
  return day <= (month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31);
}

/** -1: no two digits. */
function twoDigits(at: i32): i32 {
  const tens = byteAt(at) - 0x30;
  const ones = byteAt(at + 1) - 0x30;
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : tens * 10 + ones;
}

/** Up to nine digits and a minus, but for -0. */
export function isUsualInt(start: i32, end: i32): boolean {
  const first = byteAt(start) === 0x2d ? start + 1 : start;
  if (end - first > 9 || (first > start && byteAt(first) === 0x30)) return false;
  for (let at = first; at < end; at += 1) if (byteAt(at) < 0x30 || byteAt(at) > 0x39) return false;
  return true;
}
