import { readFileSync } from 'node:fs';
import { isExecutableDefinitionNode, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { settings } from '../src/config/settings.ts';
import { errorCodes } from '../src/errors.ts';
import { createSchema } from '../src/schema/executable.ts';

const root = new URL('..', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');
const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  scripts: Record<string, string>;
};

/** Names in the first column of the table below a heading, such as `PORT` of "| `PORT` | … |". */
const namesBelow = (heading: string): string[] =>
  (readme.split(`\n## ${heading}\n`)[1] ?? '')
    .split('\n## ')[0]
    ?.split('\n')
    .flatMap((line) => /^\| ((?:`[A-Z0-9_]+`(?:, )?)+) \|/.exec(line)?.[1]?.replaceAll('`', '').split(', ') ?? []) ??
  [];

describe('README', () => {
  it('the README begins with the two commands to run and to test', () => {
    const commands = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text]) => text?.trim());
    expect(commands.slice(0, 2)).toEqual(['npm ci && npm start', 'npm ci && npm test']);
    expect(readme.split('\n').findIndex((line) => line === 'npm ci && npm start')).toBeLessThan(20);
  });

  it('the README lists exactly the error codes, with status and meaning', () => {
    expect(namesBelow('Errors').toSorted()).toEqual(Object.keys(errorCodes).toSorted());
    const rows = readme.split('\n').filter((line) => /^\| `[A-Z_]+` \| (?:\d{3})? \| /.test(line));
    expect(rows).toEqual(
      Object.entries(errorCodes).map(([code, { status, meaning }]) => `| \`${code}\` | ${status ?? ''} | ${meaning} |`),
    );
  });

  it('the README lists exactly the settings, with default and meaning', () => {
    const [, section = ''] = readme.split('\n## Settings\n');
    const rows = section
      .split('\n## ')[0]
      ?.split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows).toEqual(
      Object.entries(settings).map(
        ([name, { default: byDefault, help }]) => `| \`${name}\` | ${byDefault} | ${help} |`,
      ),
    );
  });

  it('the README names only npm scripts that exist', () => {
    const named = [...readme.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name ?? '');
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it('queries in the README are valid against the schema', () => {
    const schema = createSchema();
    const documents = [...readme.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, text]) => parse(text ?? ''));
    const queries = documents.filter(({ definitions }) => definitions.every(isExecutableDefinitionNode));
    expect(queries.length).toBeGreaterThan(0);
    for (const query of queries) expect(validate(schema, query)).toEqual([]);
  });

  it('router settings in the README forward the same headers, all of which the gateway reads', () => {
    const inYaml = [...readme.matchAll(/propagate: \{ named: ([\w-]+) \}/g)].map(([, name]) => name);
    const inTs = [...(/const names = \[(.*)\];/.exec(readme)?.[1] ?? '').matchAll(/'([\w-]+)'/g)].map(
      ([, name]) => name,
    );
    const documented = [
      ...((readme.split('\n## Point it')[1] ?? '').split('\n## ')[0]?.matchAll(/^\| `(X-[\w-]+)` \|/gm) ?? []),
    ].map(([, name]) => name?.toLowerCase());
    expect(inYaml).toEqual(['x-user-id', 'x-auth-token', 'x-request-id', 'x-request-timeout-ms']);
    expect(inTs).toEqual(inYaml);
    expect(documented).toEqual(expect.arrayContaining(inYaml));
  });
});
