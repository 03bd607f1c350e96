import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';
import { build as buildPage } from 'vite';

/**
 * `npm run build`: the gateway as JavaScript in `dist/`, with all packages that serve requests.
 *
 * One file is read instead of a thousand, so the gateway starts in less than half the time, and whoever runs it installs
 * no packages: they get the very versions that the tests ran with. What few gateways use (the demo, metrics, usage
 * reports, federation, the store) keeps files of its own, loaded when used. The output stays readable, for stack traces. The
 * page of the inbox is built beside it, in `dist/inbox/`.
 */
const root = import.meta.dirname;
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
const { output } = await build({
  input: join(root, 'src/main.ts'),
  platform: 'node',
  // The offline explorer, 270 MB, is installed by those who want it; the hash is for a command of Redis that nobody sends.
  external: /^(ruru\/|@node-rs\/xxhash$)/,
  logLevel: 'warn',
  output: { dir: dist, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name].js' },
});
cpSync(join(root, 'schema'), join(dist, 'schema'), { recursive: true });
cpSync(join(root, 'src/projection/scanner.wasm'), join(dist, 'scanner.wasm'));
process.env['NODE_ENV'] = 'production'; // not the caller's, by which React and Apollo Client choose what they are
const page = await buildPage({
  configFile: join(root, 'src/inbox/vite.config.ts'),
  configLoader: 'native',
  logLevel: 'warn',
  build: { outDir: join(dist, 'inbox') },
});
if (!('output' in page)) throw new Error('Vite watches instead of building.');
writeFileSync(
  join(dist, 'LICENSES.txt'),
  licences([...output, ...page.output].flatMap((file) => ('moduleIds' in file ? file.moduleIds : []))),
);

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
}

/** The licences of the packages that these modules are of: most ask to be passed on with copies. */
function licences(moduleIds: readonly string[]): string {
  const folders = new Set(moduleIds.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []));
  const texts = [...folders].map(licenceOf);
  return [...new Set(texts)].toSorted().join(`\n${'-'.repeat(80)}\n\n`);
}

function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? '' : `\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  return `${name} ${version} (${license})\n${text}`;
}
