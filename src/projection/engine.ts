import { readFileSync } from 'node:fs';
import { cutRows } from './cut.ts';
import { useMemory } from './memory.ts';

type CutRows = typeof cutRows;

/** A scanner and the memory that it works in. All cutters share it: a cut is one call that never waits. */
export interface Engine {
  readonly cutRows: CutRows;
  /** The memory, which has at least so many bytes and never shrinks; undefined if it cannot have so many. */
  readonly reserve: (bytes: number) => EngineMemory | undefined;
}

/** Views of the same memory: `chars` reads texts. */
export class EngineMemory {
  readonly bytes: Uint8Array;
  readonly ints: Int32Array;
  readonly chars: Buffer;

  constructor(buffer: ArrayBuffer) {
    this.bytes = new Uint8Array(buffer);
    this.ints = new Int32Array(buffer);
    this.chars = Buffer.from(buffer);
  }
}

export type EngineName = 'wasm' | 'js';

const pageBytes = 65_536;
/** `scanner.wasm` declares the same. */
const maxMemoryBytes = 160 * pageBytes;

/** Node runs this one itself. */
function createScriptEngine(): Engine {
  let memory = new EngineMemory(new ArrayBuffer(0));
  return {
    cutRows,
    reserve: (bytes) => {
      if (bytes > maxMemoryBytes) return undefined;
      if (memory.bytes.length < bytes) {
        const buffer = new ArrayBuffer(Math.ceil(bytes / pageBytes) * pageBytes);
        useMemory(buffer);
        memory = new EngineMemory(buffer);
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
    let view = new EngineMemory(memory.buffer);
    return {
      cutRows,
      reserve: (bytes) => {
        if (view.bytes.length < bytes) {
          try {
            memory.grow(Math.ceil((bytes - view.bytes.length) / pageBytes));
          } catch {
            return undefined;
          }
          view = new EngineMemory(memory.buffer);
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
