import { writeFile } from 'node:fs/promises';
import { buildScanner, builtFile } from './build.ts';

await writeFile(builtFile, await buildScanner());
