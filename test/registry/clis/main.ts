import { spawn } from 'node:child_process';
import { parse, print } from 'graphql';
import { createPublishedSdl } from '../../../src/schema/executable.ts';
import { startTestGateway } from '../../support/gateway.ts';
import { startReceiver, type Received } from '../../support/receiver.ts';

/**
 * `npm run registry:prove`: the commands for registries, run for real against servers here that take what they send. It
 * fetches the pinned command-line tools, so it is no part of `npm test`. It proves what a registry would be told, and
 * that the commands fail where it refuses; not what it would say of this schema: these servers say what they are told to.
 */
const say = (text: string) => process.stdout.write(`${text}\n`);
const sdl = createPublishedSdl();
const approvals: Readonly<Record<string, unknown>> = {
  // Rover
  VariantListQuery: { frontendUrlRoot: 'http://127.0.0.1', graph: { variants: [{ name: 'current' }] } },
  IsFederatedGraph: { graph: { variant: { subgraphs: [{ name: 'direct-messages' }] } } },
  SubgraphCheckMutation: {
    graph: {
      variant: {
        submitSubgraphCheckAsync: {
          __typename: 'CheckRequestSuccess',
          targetURL: 'http://127.0.0.1',
          workflowID: 'stub',
        },
      },
    },
  },
  SubgraphCheckWorkflowStatusQuery: { graph: { checkWorkflow: { status: 'PASSED', tasks: [] } } },
  SubgraphCheckWorkflowQuery: { graph: { checkWorkflow: { status: 'PASSED', tasks: [] } } },
  SubgraphPublishMutation: {
    graph: {
      publishSubgraph: {
        compositionConfig: { schemaHash: 'stub' },
        errors: [],
        didUpdateGateway: false,
        serviceWasCreated: true,
        serviceWasUpdated: true,
        launchUrl: null,
        launchCliCopy: null,
      },
    },
  },
  // Hive
  schemaPublish: {
    schemaPublish: {
      __typename: 'SchemaPublishSuccess',
      initial: true,
      valid: true,
      successMessage: 'stub',
      linkToWebsite: null,
      changes: { edges: [] },
    },
  },
  CLI_SchemaCheckMutation: {
    schemaCheck: {
      __typename: 'SchemaCheckSuccess',
      valid: true,
      initial: false,
      changes: { edges: [] },
      warnings: { nodes: [], total: 0 },
      schemaCheck: { id: 'stub', webUrl: null },
    },
  },
};

const reason = 'refused by the stub';
const failedTask = {
  __typename: 'CompositionCheckTask',
  status: 'FAILED',
  targetURL: null,
  coreSchemaModified: false,
  result: { __typename: 'CompositionCheckResult', errors: [{ message: reason, locations: [], code: null }] },
};
const refusals: typeof approvals = {
  SubgraphCheckWorkflowStatusQuery: { graph: { checkWorkflow: { status: 'FAILED', tasks: [failedTask] } } },
  SubgraphCheckWorkflowQuery: { graph: { checkWorkflow: { status: 'FAILED', tasks: [failedTask] } } },
  CLI_SchemaCheckMutation: {
    schemaCheck: {
      __typename: 'SchemaCheckError',
      valid: false,
      changes: { edges: [] },
      warnings: { nodes: [], total: 0 },
      errors: { edges: [{ node: { message: reason } }] },
      schemaCheck: { id: 'stub', webUrl: null },
    },
  },
};
let refuses = false;

function answer({ body }: Received): unknown {
  const { operationName, query = '' } = JSON.parse(body.toString() || '{}') as {
    operationName?: string;
    query?: string;
  };
  const name = operationName ?? /\b(?:mutation|query)\s+(\w+)/.exec(query)?.[1] ?? '';
  const data = (refuses ? refusals[name] : undefined) ?? approvals[name];
  if (data === undefined) say(`     (the stub has no answer to ${name})`);
  return { data: data ?? null };
}

const run = (script: string, env: Record<string, string>): Promise<{ status: number | null; output: string }> =>
  new Promise((resolve) => {
    const child = spawn('npm', ['run', '-s', script], { env: { ...process.env, ...env } });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('close', (status) => resolve({ status, output }));
  });

/** Every text in what was sent. */
const textsIn = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(textsIn)
      : [];

/** Whether what was sent to a registry of GraphQL was all sent with this credential. */
const isSentWith = (sent: readonly Received[], header: string, credential: string): boolean =>
  sent.length > 0 && sent.every(({ headers }) => headers[header] === credential);

/** Whether something sent is the published schema, however it is written. */
function holdsSchema({ body }: Received): boolean {
  const { variables } = JSON.parse(body.toString() || '{}') as { variables?: unknown };
  return textsIn(variables).some((text) => text.includes('DirectMessage') && print(parse(text)) === print(parse(sdl)));
}

let failures = 0;
const expectThat = (what: string, isTrue: boolean, output = ''): void => {
  say(`${isTrue ? 'ok  ' : 'FAIL'} ${what}`);
  if (isTrue) return;
  failures += 1;
  say(output);
};

const registry = await startReceiver(answer);
const gateway = await startTestGateway();
const graphos = {
  APOLLO_KEY: 'service:demo:stub',
  APOLLO_GRAPH_REF: 'demo@current',
  APOLLO_REGISTRY_URL: registry.url,
  APOLLO_TELEMETRY_DISABLED: '1',
};
const hive = { HIVE_TOKEN: 'stub-token', HIVE_REGISTRY: registry.url };
const routing = { ROUTING_URL: 'https://gateway.example.com/graphql' };

const introspected = await run('registry:graphos:introspect', {
  ROUTING_URL: `${gateway.url}/graphql`,
  APOLLO_TELEMETRY_DISABLED: '1',
});
expectThat(
  'rover reads the published schema from a running gateway',
  introspected.output.trim() === sdl.trim(),
  introspected.output.slice(0, 500),
);

for (const [script, env, header, credential] of [
  ['registry:graphos:check', graphos, 'x-api-key', graphos.APOLLO_KEY],
  ['registry:graphos:publish', { ...graphos, ...routing }, 'x-api-key', graphos.APOLLO_KEY],
  ['registry:hive:check', hive, 'authorization', `Bearer ${hive.HIVE_TOKEN}`],
  ['registry:hive:publish', { ...hive, ...routing }, 'authorization', `Bearer ${hive.HIVE_TOKEN}`],
] as const) {
  const before = registry.received.length;
  const { status, output } = await run(script, env);
  const sent = registry.received.slice(before);
  expectThat(`${script} sends the published schema`, sent.some(holdsSchema), output);
  expectThat(
    `${script} sends it with the credentials of the environment`,
    isSentWith(sent, header, credential),
    JSON.stringify(sent.map(({ headers }) => headers)),
  );
  expectThat(`${script} is content with a registry that approves`, status === 0, output);
}

for (const script of ['registry:hive:check', 'registry:hive:publish']) {
  const before = registry.received.length;
  const { output } = await run(script, { ...hive, ...routing, HIVE_TARGET: 'org/project/production' });
  const sent = registry.received.slice(before).map(({ body }) => body.toString());
  expectThat(
    `${script} names the target, where one is given`,
    sent.some((text) => text.includes('"targetSlug":"production"')),
    `${output}\n${sent.join('\n').slice(0, 500)}`,
  );
}

refuses = true;
for (const [script, env] of [
  ['registry:graphos:check', graphos],
  ['registry:hive:check', hive],
] as const) {
  const { status, output } = await run(script, env);
  expectThat(
    `${script} fails where the registry refuses, and says why`,
    status !== 0 && output.includes(reason),
    output,
  );
}

await gateway.close();
await registry.close();
process.exitCode = failures > 0 ? 1 : 0;
