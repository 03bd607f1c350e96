import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSchema } from 'graphql';
import { afterAll, describe, expect, it } from 'vitest';
import { createPricedApi } from '../../src/schema/executable.ts';

const script = fileURLToPath(new URL('../../src/registry/docs.ts', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

describe('npm run docs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'docs-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const settingsFor = (...args: string[]) => {
    execFileSync(process.execPath, [script, ...args], { cwd: folder });
    return JSON.parse(readFileSync(join(folder, 'docs/api/spectaql.json'), 'utf8')) as Record<string, unknown>;
  };

  it('npm run docs hands its tool the API with prices, and one page to write', () => {
    const settings = settingsFor('https://gateway.example.com/graphql');
    expect(settings).toMatchObject({
      spectaql: { targetDir: 'docs/api', oneFile: true },
      introspection: { schemaFile: 'docs/api/api.graphql' },
      info: { version: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
      servers: [{ url: 'https://gateway.example.com/graphql' }],
    });
    const sdl = readFileSync(join(folder, 'docs/api/api.graphql'), 'utf8');
    expect(sdl).toBe(createPricedApi());
    expect(buildSchema(sdl).getQueryType()?.name).toBe('Query');
  });

  it('npm run docs names the gateway of this machine unless told otherwise', () => {
    expect(settingsFor()).toMatchObject({ servers: [{ url: 'http://127.0.0.1:4000/graphql' }] });
  });

  it('git ignores what npm run docs builds', () => {
    expect(readFileSync(join(root, '.gitignore'), 'utf8').split('\n')).toContain('docs/api/');
  });
});
