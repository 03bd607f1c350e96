#!/usr/bin/env node
import './node-version.ts';
import './garbage-collection.ts';
import { readFileSync } from 'node:fs';
import { ConfigError, printConfig, readConfig, type DemoSettings } from './config/config.ts';
import { readFlags } from './config/flags.ts';
import { help } from './config/help.ts';
import { CannotListen } from './http/listening.ts';
import { describeUnexpected } from './observability/log.ts';
import { readOperations } from './operation/persisted-operations.ts';
import { createSchema } from './schema/executable.ts';
import { startGateway, type Gateway } from './server.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Of the package, whose manifest lies beside `src/` and beside what the build makes of it. */
function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

async function main(): Promise<void> {
  const flags = readFlags(process.argv.slice(2));
  if (flags.question === '--help') return say(help());
  if (flags.question === '--version') return say(version());
  const config = readConfig(undefined, (path) => readOperations(path, createSchema()), flags);
  if (flags.question === '--print-config') return say(printConfig(flags));
  const demo = config.workspaceUrl === undefined ? await startDemoWorkspace(config.demo) : undefined;
  const workspaceUrl = config.workspaceUrl ?? demo?.url ?? '';
  const gateway = await startGateway({
    config,
    workspaceUrl,
    ...(demo !== undefined && { explorerHeaders: demo.headers }),
  });
  stopOnSignals(gateway, demo);
  surviveMistakes(gateway);
  // The demo greets a person; all other output is the log, in JSON lines.
  if (demo === undefined) gateway.log.info(`GraphQL at ${gateway.url}/graphql`);
  else say(demo.greeting(gateway.url, config.hasExplorer));
}

/** Under npm, one Ctrl-C sends SIGINT twice, from the terminal and from npm, at most this far apart. */
const sameKeyMs = 500;

/** The first signal lets requests finish, the second exits immediately. */
function stopOnSignals(gateway: Gateway, demo: { close(): Promise<void> } | undefined): void {
  let first: { readonly signal: NodeJS.Signals; readonly at: number } | undefined;
  const stop = (signal: NodeJS.Signals) => {
    const now = performance.now();
    if (signal === 'SIGINT' && first?.signal === 'SIGINT' && now - first.at < sameKeyMs) return;
    if (first !== undefined) process.exit(1);
    first = { signal, at: now };
    const close = async () => {
      await gateway.close();
      await demo?.close();
    };
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        gateway.log.fatal({ unexpected: describeUnexpected(error) }, 'could not shut down cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/**
 * Log uncaught errors without their message, which may contain user data. An unhandled rejection affects one request: keep
 * serving. After an uncaught exception the state is unknown: exit and let the supervisor restart.
 */
function surviveMistakes({ log }: Gateway): void {
  process.on('unhandledRejection', (reason) =>
    log.error({ unexpected: describeUnexpected(reason) }, 'unhandled rejection'),
  );
  process.on('uncaughtException', (error) => {
    log.fatal({ unexpected: describeUnexpected(error) }, 'uncaught exception');
    process.exit(1);
  });
}

/** Imported only here and on demand, so that serving code never depends on the demo. */
const startDemoWorkspace = async (settings: DemoSettings) =>
  (await import('./demo/embedded.ts')).startEmbeddedDemo(settings);

try {
  await main();
} catch (error) {
  if (error instanceof ConfigError) process.stderr.write(`The configuration has mistakes:\n${error.message}\n`);
  else if (error instanceof CannotListen) process.stderr.write(`${error.message}\n`);
  else throw error;
  process.exit(1);
}
