import { flagOf } from './flags.ts';
import { settings, type Setting } from './settings.ts';

type Given = Readonly<Record<string, string | undefined>>;

/** Every setting with its value and where that comes from. Defaults and secrets are comments, so a shell can read the text. */
export const printSettings = (env: Given, flags: Given): string =>
  Object.entries(settings)
    .map(([name, setting]) => printSetting(name, setting, env[name] === '' ? undefined : env[name], flags[name]))
    .join('\n');

function printSetting(name: string, setting: Setting, inEnvironment: string | undefined, inFlags: string | undefined) {
  const value = inFlags ?? inEnvironment;
  if (value === undefined) return `# ${name}: ${setting.default.replaceAll('`', '')} (default)`;
  const origin = inFlags === undefined ? 'environment' : flagOf(name);
  if (setting.isSecret === true || hasCredentials(value)) return `# ${name}: hidden (${origin})`;
  return `${name}=${quoted(value)}  # ${origin}`;
}

/** Anything that a URL holds beside a host and a path may be a credential. */
function hasCredentials(value: string): boolean {
  const url = URL.parse(value);
  return url !== null && url.username + url.password + url.search + url.hash !== '';
}

const quoted = (value: string): string =>
  /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
