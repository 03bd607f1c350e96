// The functions of `memory.ts` as WebAssembly with SIMD. The build puts this in front of `scan.ts`, `read.ts` and `cut.ts`.

@inline
function byteAt(at: i32): i32 {
  return load<u8>(at);
}

@inline
function setByte(at: i32, value: i32): void {
  store<u8>(at, value);
}

@inline
function intAt(at: i32): i32 {
  return load<i32>(at);
}

@inline
function setInt(at: i32, value: i32): void {
  store<i32>(at, value);
}

function copyBytes(to: i32, from: i32, length: i32): void {
  if (length > 256) {
    memory.copy(to, from, length);
    return;
  }
  for (let index = 0; index < length; index += 16) v128.store(to + index, v128.load(from + index));
}

function clearBytes(from: i32, to: i32): void {
  memory.fill(from, 0, to - from);
}

@inline
function plainEnd(from: i32): i32 {
  let at = from;
  while (true) {
    const block = v128.load(at);
    const stops = v128.or(
      v128.or(i8x16.eq(block, i8x16.splat(0x22)), i8x16.eq(block, i8x16.splat(0x5c))),
      i8x16.lt_u(block, i8x16.splat(0x20)),
    );
    const mask = i8x16.bitmask(stops);
    if (mask != 0) return at + ctz(mask);
    at += 16;
  }
}
