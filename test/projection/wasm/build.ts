import { readFile } from 'node:fs/promises';

/** What is used of `assemblyscript/asc`, whose own types need the ones of its language. */
interface Compiler {
  main(
    args: readonly string[],
    files: {
      readFile(name: string): string | null;
      writeFile(name: string, contents: string | Uint8Array): void;
      listFiles(): string[];
      readonly stderr: { write(chunk: string | Uint8Array): boolean };
    },
  ): Promise<{ error: Error | null }>;
}

const compilerName: string = 'assemblyscript/asc';
const folder = new URL('../../../src/projection/', import.meta.url);
export const builtFile = new URL('scanner.wasm', folder);

/** In the order in which they use each other. */
const sources = ['memory.as', 'scan.ts', 'leaves.ts', 'read.ts', 'write.ts', 'cut.ts'];

const options = [
  'scanner.ts',
  '--outFile=scanner.wasm',
  '--runtime=stub',
  '--enable=simd,bulk-memory',
  '--optimizeLevel=3',
  '--shrinkLevel=0',
  '--converge',
  '--noAssert',
  '--use=abort=',
  '--initialMemory=2',
  '--maximumMemory=160',
];

/** The scanner as one module of AssemblyScript: the files behind each other, without what ties them together for Node. */
async function readSource(): Promise<string> {
  const parts = await Promise.all(sources.map((name) => readFile(new URL(name, folder), 'utf8')));
  return parts
    .join('\n')
    .replace(/^import [^;]*;$/gm, '')
    .replace(/^export (?!function cutRows\b)/gm, '');
}

/** Compiles the scanner to WebAssembly. */
export async function buildScanner(): Promise<Uint8Array> {
  const source = await readSource();
  const compiler = (await import(compilerName)) as Compiler;
  let [built, messages]: [Uint8Array | undefined, string] = [undefined, ''];
  const { error } = await compiler.main(options, {
    readFile: (name) => (name === 'scanner.ts' ? source : null),
    writeFile: (_name, contents) => {
      if (typeof contents !== 'string') built = contents;
    },
    listFiles: () => [],
    stderr: {
      write: (chunk) => {
        messages += String(chunk);
        return true;
      },
    },
  });
  if (error !== null || built === undefined) throw new Error(`The scanner does not compile.\n${messages}`);
  return built;
}
