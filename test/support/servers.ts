import { findProgram } from './program.ts';

/** The store that tests share among replicas: `STORE_SERVER=valkey-server` runs them with another. */
export const storeServer = process.env['STORE_SERVER'] ?? 'redis-server';

/** Servers and tools that npm does not bring, and the tests that need them. */
const needed = [
  { programs: ['nginx', 'openssl'], packages: 'nginx-light openssl', tests: ['test/deploy/nginx*.test.ts'] },
  {
    programs: [storeServer],
    packages: storeServer,
    tests: ['test/store/*.test.ts', 'test/scenarios/replicas/*.test.ts'],
  },
  { programs: ['promtool'], packages: 'prometheus', tests: ['test/deploy/alerts.test.ts'] },
  {
    programs: ['openssl'],
    packages: 'openssl',
    tests: ['test/doctor/tls.test.ts', 'test/upstream/transport/tls.test.ts'],
  },
  { programs: ['script'], packages: 'bsdutils', tests: ['test/start/terminal.test.ts'] },
] as const;

/**
 * Tests that this machine cannot run, each told in one line. Where `REQUIRE_SERVERS` is set, as CI does after it has
 * installed them, a missing one is an error.
 */
export function testsWithoutServer(): string[] {
  return needed.flatMap(({ programs, packages, tests }) => {
    const missing = programs.filter((name) => findProgram(name) === undefined);
    if (missing.length === 0) return [];
    const message = `${tests.join(', ')} needs ${missing.join(' and ')}: on Debian, apt-get install ${packages}`;
    if (process.env['REQUIRE_SERVERS'] !== undefined) throw new Error(message);
    process.stderr.write(`Left out: ${message}\n`);
    return [...tests];
  });
}
