import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const file = 'schema/published/subgraph.graphql';
const routingUrl = 'https://gateway.example.com/graphql';
const graphos = { APOLLO_KEY: 'service:g:planted', APOLLO_GRAPH_REF: 'g@current' };
const hive = { HIVE_TOKEN: 'planted' };

/** What an npm script would run, with `echo` in the place of the command-line tools; `npm run registry:prove` runs those. */
const run = (script: string, env: Record<string, string>) =>
  new Promise<{ isDone: boolean; output: string }>((resolve) => {
    const { PATH = '' } = process.env;
    execFile(
      'npm',
      ['run', '-s', script],
      { cwd: root, env: { PATH, ROVER: 'echo rover', HIVE_CLI: 'echo hive', ...env } },
      (error, stdout, stderr) => resolve({ isDone: error === null, output: (stdout + stderr).trim() }),
    );
  });

describe('The commands for registries', () => {
  it.each<[string, Record<string, string>, string]>([
    ['registry:graphos:check', graphos, `rover subgraph check g@current --name direct-messages --schema ${file}`],
    [
      'registry:graphos:publish',
      { ...graphos, ROUTING_URL: routingUrl },
      `rover subgraph publish g@current --name direct-messages --schema ${file} --routing-url ${routingUrl}`,
    ],
    ['registry:graphos:introspect', {}, 'rover subgraph introspect http://127.0.0.1:4000/graphql'],
    ['registry:hive:check', hive, `hive schema:check --service direct-messages ${file}`],
    [
      'registry:hive:check',
      { ...hive, HIVE_TARGET: 'o/p/t', SUBGRAPH_NAME: 'dms' },
      `hive schema:check --target o/p/t --service dms ${file}`,
    ],
    [
      'registry:hive:publish',
      { ...hive, HIVE_TARGET: 'o/p/t', ROUTING_URL: routingUrl },
      `hive schema:publish --target o/p/t --service direct-messages --url ${routingUrl} ${file}`,
    ],
  ])(
    '%s calls its tool with the right arguments, and leaves credentials in the environment',
    async (script, env, output) => {
      expect(await run(script, env)).toEqual({ isDone: true, output });
    },
  );

  it.each<[string, string, Record<string, string>]>([
    ['registry:graphos:check', 'APOLLO_GRAPH_REF', {}],
    ['registry:graphos:publish', 'APOLLO_GRAPH_REF', { ROUTING_URL: routingUrl }],
    ['registry:graphos:publish', 'ROUTING_URL', graphos],
    ['registry:hive:publish', 'ROUTING_URL', hive],
  ])('%s fails without %s, and names it', async (script, name, env) => {
    const { isDone, output } = await run(script, env);
    expect({ isDone, output }).toEqual({ isDone: false, output: expect.stringContaining(name) });
    expect(output).not.toContain('subgraph');
  });
});
