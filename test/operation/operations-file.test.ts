import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/config.ts';
import { readOperations } from '../../src/operation/persisted-operations.ts';
import { createSchema } from '../../src/schema/executable.ts';

const schema = createSchema();
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'operations-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(contents: Record<string, string>): string {
  const file = join(folder, 'operations.json');
  writeFileSync(file, JSON.stringify(contents));
  return file;
}

/** The lines that the operator reads. */
function mistakesIn(path: string): string[] {
  try {
    readOperations(path, schema);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('A file of persisted operations', () => {
  it('may list operations with fragments, and in any alphabet', () => {
    const operations = {
      before: 'fragment Me on Viewer { userId } query Before { viewer { ...Me } }',
      after: 'query After { viewer { ...Me } } fragment Me on Viewer { userId }',
      ünïcode: '{ message(id: "Ждан 😀") { id } }',
    };
    expect(readOperations(fileOf(operations), schema)).toEqual(
      Object.entries(operations).map(([id, body]) => ({ id, body })),
    );
  });

  it('tells why it cannot be read: each reason has another remedy', () => {
    const file = fileOf({ me: '{ viewer { userId } }' });
    const expected = 'PERSISTED_OPERATIONS: expected a file';
    const absent = `${expected}, but none has that name; relative paths start from the folder that the gateway was started in`;
    expect(mistakesIn(join(folder, 'absent.json'))).toEqual([absent]);
    expect(mistakesIn(join(file, 'below-a-file.json'))).toEqual([absent]);
    expect(mistakesIn(folder)).toEqual([`${expected}, but this is a folder or a device`]);
    expect(mistakesIn('a\0b')).toEqual([
      `${expected} that the gateway can read, but the system refuses (ERR_INVALID_ARG_VALUE): check its path and permissions`,
    ]);
    expect(mistakesIn(join(folder, 'x'.repeat(300)))).toEqual([
      `${expected} that the gateway can read, but the system refuses (ENAMETOOLONG): check its path and permissions`,
    ]);
  });

  it('is reported with one line of bounded length for each operation, whatever that holds', () => {
    const operations = {
      ['long id '.repeat(500)]: '{ viewer { nothing } }',
      'long name': `{ viewer { ${'n'.repeat(5000)} } }`,
      'several lines': '{ message(id: ["""\nfirst\n\n   \nlast\n"""], x: 1) { id } }',
    };
    const lines = mistakesIn(fileOf(operations));
    expect(lines).toEqual([
      expect.stringMatching(/^PERSISTED_OPERATIONS: operation "(long id ){10}" does not fit the schema: .*"nothing"/),
      expect.stringMatching(/^PERSISTED_OPERATIONS: operation "long name" does not fit the schema: .*nnn$/),
      expect.stringMatching(/^PERSISTED_OPERATIONS: operation "several lines" does not fit the schema: \S+( \S+)*$/),
    ]);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual('PERSISTED_OPERATIONS: '.length + 300);
  });

  it.each([
    [1, 0],
    [10, 0],
    [11, 1],
    [30, 20],
  ])('with %i operations that could never run is reported with ten of them at most, and %i more', (count, more) => {
    const operations = Object.fromEntries(Array.from({ length: count }, (_, index) => [`q${index}`, `{ f${index} }`]));
    const lines = mistakesIn(fileOf(operations));
    expect(lines.filter((line) => line.includes('does not fit the schema'))).toHaveLength(count - more);
    expect(lines.slice(count - more)).toEqual(more === 0 ? [] : [`PERSISTED_OPERATIONS: ${more} more such operations`]);
  });
});
