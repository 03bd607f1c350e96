import { readFileSync } from 'node:fs';
import { cutRows } from './cut.ts';
import { useMemory } from './memory.ts';

type CutRows = typeof cutRows;

/** A scanner and the memory that it works in. All cutters share it: a cut is one call that never waits. */
export interface Engine {
  readonly cutRows: CutRows;
  /** The memory, which has at least so many bytes. What it held before may be lost. */
  readonly reserve: (bytes: number) => Buffer;
}

export type EngineName = 'wasm' | 'js';

const pageBytes = 65_536;

/** Node runs this one itself. */
function createScriptEngine(): Engine {
  let memory = Buffer.alloc(0);
  return {
    cutRows,
    reserve: (bytes) => {
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
          memory.grow(Math.ceil((bytes - view.length) / pageBytes));
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
  if (name === 'wasm') wasm ??= createWasmEngine();
  if (name === 'wasm' && wasm !== undefined) return wasm;
  return (script ??= createScriptEngine());
}
