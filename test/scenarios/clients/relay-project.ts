import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createOperationDescriptor,
  Environment,
  fetchQuery,
  getFragment,
  getRequest,
  getSingularSelector,
  Network,
  RecordSource,
  Store,
  type ConcreteRequest,
  type GraphQLResponse,
  type ReaderFragment,
} from 'relay-runtime';
import { expect } from 'vitest';
import type { TestGateway } from '../../support/gateway.ts';

/** An application's operations and fragments, compiled. */
export interface RelayProject {
  readonly query: (name: string) => ConcreteRequest;
  readonly fragment: (name: string) => ReaderFragment;
  readonly remove: () => void;
}

/** Compiles an application's operations and fragments, each in the module that Relay wants it in. */
export function compileRelay(modules: Readonly<Record<string, string>>): RelayProject {
  const folder = mkdtempSync(join(tmpdir(), 'relay-'));
  mkdirSync(join(folder, 'src'));
  for (const [name, text] of Object.entries(modules))
    writeFileSync(
      join(folder, 'src', `${name}.js`),
      `graphql\`${text.replaceAll(/\n\s*(?=(?:fragment|query) )/g, '`;\ngraphql`')}\`;\n`,
    );
  const schema = fileURLToPath(new URL('../../../schema/published/api.graphql', import.meta.url));
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(
    join(folder, 'relay.config.json'),
    JSON.stringify({ src: './src', schema, language: 'javascript', eagerEsModules: false }),
  );
  const compiler = fileURLToPath(new URL('../../../node_modules/relay-compiler/cli.js', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, join(folder, 'relay.config.json')], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(status, `${stdout}${stderr}`).toBe(0);
  const requireArtifact = (name: string): unknown =>
    createRequire(join(folder, 'index.js'))(join(folder, 'src', '__generated__', `${name}.graphql.js`)) as unknown;
  return {
    query: (name) => getRequest(requireArtifact(name) as ConcreteRequest),
    fragment: (name) => getFragment(requireArtifact(name) as ReaderFragment),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** An empty store before the gateway, with the member's credentials. */
export const newEnvironment = (gateway: TestGateway): Environment =>
  new Environment({
    network: Network.create(async ({ text }, variables) => {
      const { member } = gateway.demo.world;
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-user-id': member.id, 'x-auth-token': member.token },
        body: JSON.stringify({ query: text, variables }),
      });
      return (await response.json()) as GraphQLResponse;
    }),
    store: new Store(new RecordSource()),
  });

export type Row = Readonly<Record<string, unknown>>;

export const load = (
  project: RelayProject,
  environment: Environment,
  name: string,
  variables: Record<string, unknown>,
): Promise<Record<string, Row>> =>
  fetchQuery(environment, project.query(name), variables).toPromise() as Promise<Record<string, Row>>;

/** What a component with this fragment shows of an operation that the store holds. */
export function show(
  project: RelayProject,
  environment: Environment,
  name: string,
  fragmentName: string,
  variables: Record<string, unknown>,
): unknown {
  const operation = createOperationDescriptor(project.query(name), variables);
  const root = environment.lookup(operation.fragment);
  const [reference] = Object.values(root.data as unknown as Record<string, unknown>);
  const selector = getSingularSelector(project.fragment(fragmentName), reference);
  if (selector == null) throw new Error(`${fragmentName} is not in the store`);
  const { data, isMissingData } = environment.lookup(selector);
  expect(isMissingData).toBe(false);
  return data;
}
