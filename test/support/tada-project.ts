import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { minifyIntrospection, outputIntrospectionFile } from '@gql.tada/internal';
import { buildSchema, introspectionFromSchema } from 'graphql';
import { afterAll, expect } from 'vitest';
import { projectPath } from './child.ts';

export interface TadaProject {
  readonly folder: string;
  /** What TypeScript says of these files. */
  readonly check: (files: readonly string[]) => string[];
}

const compilerOptions = {
  strict: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  target: 'es2024',
  module: 'nodenext',
  types: ['node'],
  skipLibCheck: true,
};

/** A folder with the published API's types, as gql.tada writes them. It is removed after the tests of the file. */
export function tadaProject(): TadaProject {
  const folder = mkdtempSync(join(tmpdir(), 'tada-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const schema = buildSchema(readFileSync(join(projectPath, 'schema/published/api.graphql'), 'utf8'));
  const introspection = minifyIntrospection({ ...introspectionFromSchema(schema), name: undefined });
  const types = outputIntrospectionFile(introspection, { fileType: '.d.ts', shouldPreprocess: true });
  writeFileSync(join(folder, 'graphql-env.d.ts'), types);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  symlinkSync(join(projectPath, 'node_modules'), join(folder, 'node_modules'), 'dir');
  return {
    folder,
    check(files) {
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
      const { stdout, stderr, error } = spawnSync(
        process.execPath,
        [join(projectPath, 'node_modules/typescript/bin/tsc'), '-p', folder, '--pretty', 'false'],
        { cwd: folder, encoding: 'utf8' },
      );
      expect({ error, stderr }).toEqual({ error: undefined, stderr: '' });
      return stdout.split('\n').filter((line) => line.includes('error TS'));
    },
  };
}
