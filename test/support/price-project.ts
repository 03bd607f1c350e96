import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { runPrice, type Run } from '../../src/registry/price/run.ts';

export interface PriceProject {
  readonly folder: string;
  readonly write: (files: Readonly<Record<string, string>>) => void;
  readonly read: (name: string) => string;
  /** Runs the command in the folder of the project, over all its sources unless `args` has a pattern. */
  readonly price: (...args: string[]) => Run;
}

const allSources = 'src/**/*.{graphql,gql,js,jsx,cjs,mjs,ts,tsx,cts,mts}';

/** The files of a frontend, in a folder that goes with the test. */
export function priceProject(files: Readonly<Record<string, string>>): PriceProject {
  const folder = mkdtempSync(join(tmpdir(), 'price-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const write: PriceProject['write'] = (added) => {
    for (const [name, text] of Object.entries(added)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  };
  write(files);
  return {
    folder,
    write,
    read: (name) => readFileSync(join(folder, name), 'utf8'),
    price: (...args) => runPrice(args.some((arg) => !arg.startsWith('-')) ? args : [allSources, ...args], folder),
  };
}

/** A query that costs a call, and one more for each of `first` rooms. */
export const pages = (name: string, first: number | string, declared = '') =>
  `query ${name}${declared} { viewer { directMessages(first: ${first}) { nodes { messages(first: 1) { nodes { id } } } } } }`;
