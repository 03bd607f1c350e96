import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { areas } from './areas.ts';

const cwd = fileURLToPath(new URL('../..', import.meta.url));
const filesOf = (pattern: string): string[] => globSync(pattern.replace(/^!/, ''), { cwd });

/** Not mutated: what is written by hand from somebody else's pages, only starts things, is no part of the gateway, or is generated. */
const leftOut = [
  'src/upstream/endpoints/',
  'src/upstream/types.ts',
  'src/context/{outcome,query-cost}.ts',
  'src/{garbage-collection,main,node-version,observers,package-version,parts,server}.ts',
  'src/demo/',
  'src/inbox/',
  'src/registry/',
  'src/resolvers/types.generated.ts',
].flatMap((path) => filesOf(path.endsWith('/') ? `${path}**/*.ts` : path));

describe('The areas of mutation testing', () => {
  it.each(Object.entries(areas))('name files that exist: %s', (_name, { mutate, tests }) => {
    for (const pattern of [...mutate, ...tests]) expect(filesOf(pattern), pattern).not.toEqual([]);
  });

  it('hold every file of the source once, but for those that are left out', () => {
    const mutated = Object.values(areas).flatMap(({ mutate }) => {
      const without = new Set(mutate.filter((pattern) => pattern.startsWith('!')).flatMap(filesOf));
      return mutate
        .filter((pattern) => !pattern.startsWith('!'))
        .flatMap(filesOf)
        .filter((file) => !without.has(file));
    });
    expect([...mutated, ...leftOut].toSorted()).toEqual(filesOf('src/**/*.ts').toSorted());
  });
});
