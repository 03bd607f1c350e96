import { readFileSync } from 'node:fs';
import { cutRows } from './cut.ts';
import { useMemory } from './memory.ts';

type CutRows = typeof cutRows;

/** A scanner and the memory that it works in. All cutters share it: a cut is one call that never waits. */
export interface Engine {
  readonly cutRows: CutRows;
  /** The memory, which has at least so many bytes and never shrinks; undefined if it cannot have so many. */
  readonly reserve: (bytes: number) => Buffer | undefined;
}

export type EngineName = 'wasm' | 'js';

const pageBytes = 65_536;
/** `scanner.wasm` declares the same. */
const maxMemoryBytes = 160 * pageBytes;

/** Node runs this one itself. */
function createScriptEngine(): Engine {
  let memory = Buffer.alloc(0);
  return {
    cutRows,
    reserve: (bytes) => {
      if (bytes > maxMemoryBytes) return undefined;
      if (memory.length < bytes) {
        const buffer = new ArrayBuffer(Math.ceil(bytes / pageBytes) * pageBytes);
        useMemory(buffer);
        memory = Buffer.from(buffer);
      }
      return memory;
    },
  };
}

/** Undefined where WebAssembly, or its SIMD, is not available. */
function createWasmEngine(): Engine | undefined {
  try {
    const file = readFileSync(new URL('./scanner.wasm', import.meta.url));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(file), {});
    const { memory, cutRows } = exports as unknown as { memory: WebAssembly.Memory; cutRows: CutRows };
    let view = Buffer.from(memory.buffer);
    return {
      cutRows,
      reserve: (bytes) => {
        if (view.length < bytes) {
          try {
            memory.grow(Math.ceil((bytes - view.length) / pageBytes));
          } catch {
            return undefined;
          }
          view = Buffer.from(memory.buffer);
        }
        return view;
      },
    };
  } catch {
    return undefined;
  }
}

let script: Engine | undefined;
let wasm: Engine | undefined;

/** The engine of this name; the JavaScript one serves where the other cannot start. */
export function engineOf(name: EngineName): Engine {
  if (name === 'wasm') return (wasm ??= createWasmEngine() ?? engineOf('js'));
  return (script ??= createScriptEngine());
}
