import { isNearly } from './mistakes.ts';
import { settings, type Setting } from './settings.ts';

/** What the command can tell instead of serving. If several are asked for, the first of these. */
const questions = ['--help', '--version', '--print-config'] as const;

export type Question = (typeof questions)[number];

/** What the command does: serve, or look at the workspace and say what it finds. */
const doctor = 'doctor';
/** Goes with `doctor`: its findings as JSON. */
const json = '--json';

/** A command line, read. */
export interface Flags {
  readonly isDoctor: boolean;
  readonly isJson: boolean;
  readonly question: Question | undefined;
  /** Values by the variable that the flag stands for. */
  readonly given: Readonly<Record<string, string>>;
  /** A line each. Never repeats a value, which can be a secret. */
  readonly mistakes: readonly string[];
}

export const noFlags: Flags = { isDoctor: false, isJson: false, question: undefined, given: {}, mistakes: [] };

const rows: readonly (readonly [name: string, setting: Setting])[] = Object.entries(settings);

const hyphenated = (name: string): string => `--${name.toLowerCase().replaceAll('_', '-')}`;

/** Flags by variable; a secret has none. */
const flagsByName = new Map(
  rows.flatMap(([name, { flag, isSecret }]) => (isSecret === true ? [] : [[name, flag ?? hyphenated(name)]])),
);
const namesByFlag = new Map([...flagsByName].map(([name, flag]) => [flag, name]));
const secretsByFlag = new Map(
  rows.flatMap(([name, { isSecret }]) => (isSecret === true ? [[hyphenated(name), name]] : [])),
);

/** The flag of a setting; undefined for a secret. */
export const flagOf = (name: string): string | undefined => flagsByName.get(name);

const isQuestion = (arg: string): arg is Question => questions.some((question) => question === arg);

/** Reads `doctor`, `--port 4000` and `--port=4000`. */
export function readFlags(args: readonly string[]): Flags {
  const given: Record<string, string> = {};
  const mistakes: string[] = [];
  const bare = new Set<string>();
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === doctor || arg === json) bare.add(arg);
    if (isQuestion(arg) || bare.has(arg)) continue;
    const [, flag, joined] = /^(--[a-z][a-z0-9_-]{0,39})(?:=(.*))?$/is.exec(arg) ?? [];
    if (flag === undefined) {
      mistakes.push('Expected flags with their values, such as --upstream https://chat.example.com: see --help');
      continue;
    }
    const value = joined ?? (rest[0]?.startsWith('--') === true ? undefined : rest.shift());
    const name = namesByFlag.get(flag);
    if (name === undefined) mistakes.push(`${flag}: ${unknown(flag)}`);
    else if (value === undefined || value === '') mistakes.push(`${flag}: expected a value after it`);
    else if (hasUserInfo(value)) mistakes.push(`${flag}: ${inEnvironment(name)}`);
    else if (given[name] !== undefined) mistakes.push(`${flag}: expected once`);
    else given[name] = value;
  }
  const [isDoctor, isJson] = [bare.has(doctor), bare.has(json)];
  if (isJson && !isDoctor) mistakes.push(`${json}: goes with ${doctor} only`);
  const question = questions.find((candidate) => args.includes(candidate));
  return { isDoctor, isJson, question, given, mistakes: [...new Set(mistakes)] };
}

const inEnvironment = (name: string): string =>
  `set ${name} in the environment: everybody on this machine can read command lines`;

/** Such as `redis://:password@store`. */
function hasUserInfo(value: string): boolean {
  const url = URL.parse(value);
  return url !== null && url.username + url.password !== '';
}

function unknown(flag: string): string {
  const secret = secretsByFlag.get(flag);
  if (secret !== undefined) return inEnvironment(secret);
  const meant = [...namesByFlag.keys(), ...questions, json].find((known) => isNearly(flag.toLowerCase(), known));
  return meant === undefined ? 'unknown: see --help' : `unknown; did you mean ${meant}?`;
}
