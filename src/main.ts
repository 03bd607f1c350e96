#!/usr/bin/env node
import './node-version.ts';
import './garbage-collection.ts';
import {
  ConfigError,
  doctorCredentials,
  printConfig,
  readConfig,
  type Config,
  type DemoSettings,
} from './config/config.ts';
import { readFlags, type Flags } from './config/flags.ts';
import { help } from './config/help.ts';
import { CannotListen, pageLines, type Pages } from './http/listening.ts';
import { describeUnexpected } from './observability/log.ts';
import { standardOutput } from './observability/standard-output.ts';
import { readOperations } from './operation/persisted-operations.ts';
import { packageVersion } from './package-version.ts';
import { createSchema } from './schema/executable.ts';
import { startGateway, type Gateway } from './server.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const flags = readFlags(process.argv.slice(2));
  if (flags.question === '--help') return say(help());
  if (flags.question === '--version') return say(packageVersion());
  const isTerminal = process.stdout.isTTY;
  const config = readConfig(undefined, (path) => readOperations(path, createSchema()), flags, isTerminal);
  if (flags.question === '--print-config') return say(printConfig(flags));
  if (flags.isDoctor) return examine(config, flags);
  const demo = config.workspaceUrl === undefined ? await startDemoWorkspace(config.demo) : undefined;
  const workspaceUrl = config.workspaceUrl ?? demo?.url ?? '';
  const pretty = config.isLogPretty ? await import('./observability/pretty-log.ts') : undefined;
  const gateway = await startGateway({
    config,
    workspaceUrl,
    ...(pretty !== undefined && { logDestination: pretty.prettyLog(standardOutput(), hasColours()) }),
    ...(demo !== undefined && {
      explorerHeaders: demo.headers,
      tourSubjects: demo.tourSubjects,
      inboxUsers: demo.inboxUsers,
    }),
  });
  stopOnSignals(gateway, demo);
  surviveMistakes(gateway);
  // The demo greets a person, wherever its output goes; otherwise programs may read it, and get the log alone.
  if (demo !== undefined) say(demo.greeting(gateway.url, pageLines(gateway.url, await pagesOf(config), 15)));
  else if (pretty !== undefined) say(await welcomeOf(config, workspaceUrl, gateway.url));
  else gateway.log.info(`GraphQL at ${gateway.url}/graphql`);
  if (pretty !== undefined && gateway.log.isLevelEnabled('info')) say(`\n${pretty.prettyLegend}\n`);
}

async function welcomeOf(config: Config, workspaceUrl: string, url: string): Promise<string> {
  const { welcome } = await import('./welcome.ts');
  const { persistedOperations, admitsUnlistedOperations } = config;
  const takesAnyQuery = persistedOperations === undefined || admitsUnlistedOperations;
  return welcome({
    version: packageVersion(),
    workspaceUrl,
    url,
    pages: pageLines(url, await pagesOf(config), 11),
    takesAnyQuery,
  });
}

async function pagesOf({ hasExplorer }: Config): Promise<Pages> {
  if (!hasExplorer) return 'none';
  const { isExplorerInstalled } = await import('./http/explorer.ts');
  return isExplorerInstalled() ? 'all' : 'without-offline-explorer';
}

/** Heeds NO_COLOR and the like, which Node knows. */
const hasColours = (): boolean => process.stdout.isTTY && process.stdout.hasColors();

/** Says what is good, odd and wrong with the workspace, or with the demo where none is set. */
async function examine(config: Config, { isJson }: Flags): Promise<void> {
  const { runDoctor } = await import('./doctor/doctor.ts');
  const credentials = doctorCredentials();
  const demo = config.workspaceUrl === undefined ? await startDemoWorkspace(config.demo) : undefined;
  const { text, exitCode } = await runDoctor({
    config,
    workspaceUrl: config.workspaceUrl ?? demo?.url ?? '',
    credentials: demo?.credentials ?? credentials, // what is made for another workspace stays out of the demo
    isDemo: demo !== undefined,
    isJson,
    hasColours: hasColours(),
  });
  say(text);
  await demo?.close();
  process.exitCode = exitCode;
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
