import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isExecutableDefinitionNode, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { settings } from '../src/config/settings.ts';
import { subjects } from '../src/doctor/finding.ts';
import { errorCodes } from '../src/errors.ts';
import { createSchema } from '../src/schema/executable.ts';
import { projectPath } from './support/child.ts';
import { everyMetric } from './support/every-metric.ts';
import { documents, docsPage, readme } from './support/docs.ts';

const { scripts } = JSON.parse(readFileSync(join(projectPath, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** Anchors of a page's headings, as GitHub makes them. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

describe('README and docs/', () => {
  it('the README begins with the two commands to run and to test', () => {
    const commands = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text]) => text?.trim());
    expect(commands.slice(0, 2)).toEqual(['npm ci && npm start', 'npm ci && npm test']);
    expect(readme.split('\n').findIndex((line) => line === 'npm ci && npm start')).toBeLessThan(20);
  });

  it('links meet a file, and its heading where they name one; the README leads to every page', () => {
    for (const [path, text] of documents) {
      for (const [, target = ''] of text.matchAll(/\]\(([^)]+)\)/g)) {
        if (target.startsWith('https://')) continue;
        const [file = '', anchor] = target.split('#');
        const linked = file === '' ? path : join(dirname(path), file);
        expect([path, target, existsSync(join(projectPath, linked))]).toEqual([path, target, true]);
        if (anchor !== undefined)
          expect(anchorsOf(documents.get(linked) ?? ''), `${path}: ${target}`).toContain(anchor);
      }
    }
    for (const path of documents.keys()) if (path !== 'README.md') expect(readme).toContain(`](${path})`);
  });

  it('code quoted from a recipe stands so in its file, and the pages lead to every recipe', () => {
    const folder = 'test/recipes';
    const linked = new Set<string>();
    let quotes = 0;
    for (const [page, text] of documents) {
      for (const [, path = ''] of text.matchAll(/\]\(\.\.\/(test\/recipes\/[\w.-]+)\)/g)) linked.add(path);
      for (const [, path = '', code = ''] of text.matchAll(
        /\]\(\.\.\/(test\/recipes\/[\w.-]+)\)(?: does)?:\n\n```ts\n([\s\S]*?)```/g,
      )) {
        quotes += 1;
        expect(readFileSync(join(projectPath, path), 'utf8'), `${page}: ${path}`).toContain(code);
      }
    }
    expect(quotes).toBe(7);
    const recipes = readdirSync(join(projectPath, folder)).filter((name) => !name.endsWith('.test.ts'));
    expect([...linked].toSorted()).toEqual(recipes.map((name) => `${folder}/${name}`).toSorted());
  });

  it('docs/errors.md lists exactly the error codes: status, meaning, whether to try again, and what to change', () => {
    const rows = docsPage('errors')
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows).toEqual(
      Object.entries(errorCodes).map(
        ([code, { status, meaning, again, change }]) =>
          `| \`${code}\` | ${status ?? ''} | ${meaning} | ${again} | ${change} |`,
      ),
    );
  });

  it('docs/watching.md lists exactly the metrics, with labels and meaning', async () => {
    const rows = docsPage('watching')
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    const metrics = [...(await everyMetric())].map(
      ([name, { labels, help }]) => `| \`${name}\` | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
    );
    expect(rows).toEqual(metrics);
  });

  it('docs/settings.md lists exactly the settings, with default and meaning', () => {
    const rows = docsPage('settings')
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows).toEqual(
      Object.entries(settings).map(
        ([name, { default: byDefault, help }]) => `| \`${name}\` | ${byDefault} | ${help} |`,
      ),
    );
  });

  it('docs/doctor.md lists exactly what the doctor looks at', () => {
    const rows = [...docsPage('doctor').matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    expect(rows).toEqual(subjects);
  });

  it('only npm scripts that exist are named', () => {
    for (const [path, text] of documents) {
      const named = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name ?? '');
      expect([path, named.filter((name) => scripts[name] === undefined)]).toEqual([path, []]);
    }
  });

  it('queries are valid against the schema', () => {
    const schema = createSchema();
    const blocks = [...documents.values()].flatMap((text) => [...text.matchAll(/```graphql\n([\s\S]*?)```/g)]);
    const queries = blocks
      .map(([, text]) => parse(text ?? ''))
      .filter(({ definitions }) => definitions.every(isExecutableDefinitionNode));
    expect(queries.length).toBeGreaterThan(0);
    for (const query of queries) expect(validate(schema, query)).toEqual([]);
  });

  it('router settings forward the same headers, all of which the gateway reads', () => {
    const federation = docsPage('federation');
    const inYaml = [...federation.matchAll(/propagate: \{ named: ([\w-]+) \}/g)].map(([, name]) => name);
    const inTs = [...(/const names = \[(.*)\];/.exec(federation)?.[1] ?? '').matchAll(/'([\w-]+)'/g)].map(
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
