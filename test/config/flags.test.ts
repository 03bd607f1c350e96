import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, printConfig, readConfig } from '../../src/config/config.ts';
import { flagOf, readFlags } from '../../src/config/flags.ts';
import { settings } from '../../src/config/settings.ts';

const mistakesOf = (args: readonly string[], env: Record<string, string> = {}): string[] => {
  try {
    readConfig(env, undefined, readFlags(args));
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.message.split('\n') : [`no ConfigError: ${String(error)}`];
  }
};

const secrets = ['APOLLO_KEY', 'HIVE_TOKEN', 'OTEL_EXPORTER_OTLP_HEADERS'];

describe('Flags', () => {
  it('every setting has a flag of its own but secrets, which have none', () => {
    const names = Object.keys(settings);
    expect(names.filter((name) => flagOf(name) === undefined)).toEqual(secrets);
    const flags = names.flatMap((name) => flagOf(name) ?? []);
    expect(new Set(flags).size).toBe(flags.length);
    expect(flags.filter((flag) => !/^--[a-z]+(-[a-z]+)*$/.test(flag))).toEqual([]);
    expect([flagOf('ROCKETCHAT_URL'), flagOf('PORT'), flagOf('MAX_UPSTREAM_CALLS')]).toEqual([
      '--upstream',
      '--port',
      '--max-upstream-calls',
    ]);
  });

  it('a flag means what its variable means, and goes before it', () => {
    for (const args of [
      ['--port', '5000', '--upstream', 'https://a.example'],
      ['--upstream=https://a.example', '--port=5000'],
    ]) {
      const config = readConfig({ PORT: '6000', HOST: '::1' }, undefined, readFlags(args));
      expect(config).toEqual(readConfig({ PORT: '5000', HOST: '::1', ROCKETCHAT_URL: 'https://a.example' }));
    }
  });

  it('a value that begins with two hyphens follows an equals sign', () => {
    expect(readFlags(['--persisted-operations=--odd.json']).given).toEqual({ PERSISTED_OPERATIONS: '--odd.json' });
  });

  it.each<[args: string[], mistake: string]>([
    [['--prot', '1'], '--prot: unknown; did you mean --port?'],
    [['--PORT', '1'], '--PORT: unknown; did you mean --port?'],
    [['--halp'], '--halp: unknown; did you mean --help?'],
    [['--frobnicate', 'x'], '--frobnicate: unknown: see --help'],
    [['--port'], '--port: expected a value after it'],
    [['--port='], '--port: expected a value after it'],
    [['--upstream', ''], '--upstream: expected a value after it'],
    [['--port', '--host', '127.0.0.1'], '--port: expected a value after it'],
    [['--port', '1', '--port', '2'], '--port: expected once'],
    [['--port', 'x'], '--port: expected a whole number from 0 to 65535'],
    [['--port', '99999 '], '--port: expected a whole number from 0 to 65535 (the value has white space around it)'],
    [['5000'], 'Expected flags with their values, such as --upstream https://chat.example.com: see --help'],
    [['doctors'], 'Expected flags with their values, such as --upstream https://chat.example.com: see --help'],
    [['--json'], '--json: goes with doctor only'],
    [['doctor', '--jsn'], '--jsn: unknown; did you mean --json?'],
    [['-p', '5000'], 'Expected flags with their values, such as --upstream https://chat.example.com: see --help'],
    [
      ['--hive-token', 's3cr3t'],
      '--hive-token: set HIVE_TOKEN in the environment: everybody on this machine can read command lines',
    ],
    [
      ['--shared-store=redis://:s3cr3t@store'],
      '--shared-store: set SHARED_STORE in the environment: everybody on this machine can read command lines',
    ],
  ])('%j is a mistake, reported in one line', (args, mistake) => {
    expect(mistakesOf(args)).toEqual([mistake]);
  });

  it('mistakes of flags and of variables are reported together, each by the name that was given', () => {
    expect(mistakesOf(['--port', 'x', '--metrics', 'perhaps', '--hots', 'y'], { HOST: '!', PORT: '1' })).toEqual([
      '--hots: unknown; did you mean --host?',
      '--port: expected a whole number from 0 to 65535',
      expect.stringMatching(/^HOST: /),
      '--metrics: expected on or off',
    ]);
    expect(mistakesOf(['--node-env', 'production'])).toEqual([expect.stringMatching(/^ROCKETCHAT_URL: .*required/)]);
  });

  it('`doctor` and its `--json` stand anywhere, and the settings beside them', () => {
    expect(readFlags(['--port', '1', '--json', 'doctor'])).toMatchObject({
      isDoctor: true,
      isJson: true,
      mistakes: [],
    });
    expect(readFlags(['doctor', '--upstream', 'doctor'])).toEqual({
      isDoctor: true,
      isJson: false,
      question: undefined,
      given: { ROCKETCHAT_URL: 'doctor' },
      mistakes: [],
    });
    expect(readFlags(['--port', '1'])).toMatchObject({ isDoctor: false, isJson: false });
  });

  it('what is asked is told whatever else is given', () => {
    expect(readFlags(['--port', '1', '--version', '--help']).question).toBe('--help');
    expect(readFlags(['--print-config', '--version']).question).toBe('--version');
    expect(readFlags(['--port', '--print-config'])).toMatchObject({ question: '--print-config', mistakes: [{}] });
    expect(readFlags([]).question).toBeUndefined();
  });

  it('no arguments make it throw, and no mistake repeats a value', () => {
    const word = fc.oneof(
      fc.constantFrom(
        '--port',
        '--upstream',
        '--apollo-key',
        '--help',
        '--',
        '-',
        '--=',
        '--__proto__',
        '--constructor',
      ),
      fc.string().map((text) => `s3cr3t${text}`),
      fc.string().map((text) => `--port=s3cr3t${text}`),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (args) => {
        expect(mistakesOf(args).join('\n')).not.toContain('s3cr3t');
      }),
      { seed: 7, ignoreEqualValues: true },
    );
  });
});

describe('--print-config', () => {
  const printed = (args: readonly string[], env: Record<string, string>): string[] =>
    printConfig(readFlags(args), env).split('\n');

  it('tells every setting once, with its value and where it comes from', () => {
    const lines = printed(['--port', '5000', '--upstream', 'https://a.example/x'], {
      PORT: '1',
      HOST: '::1',
      METRICS: '',
    });
    expect(lines.map((line) => /^(?:# )?(\w+)[:=]/.exec(line)?.[1])).toEqual(Object.keys(settings));
    expect(lines).toEqual(
      expect.arrayContaining([
        'PORT=5000  # --port',
        'ROCKETCHAT_URL=https://a.example/x  # --upstream',
        'HOST=::1  # environment',
        '# METRICS: off (default)',
        '# LOG_LEVEL: info; demo with JSON lines warn (default)',
      ]),
    );
  });

  it('hides secrets, and credentials within a URL', () => {
    const lines = printed([], {
      APOLLO_KEY: 's3cr3t',
      HIVE_TOKEN: 's3cr3t',
      HIVE_USAGE_URL: 'https://user:s3cr3t@usage.example',
      APOLLO_USAGE_URL: 'https://usage.example/?key=s3cr3t',
      UNRELATED: 's3cr3t',
    });
    expect(lines.join('\n')).not.toContain('s3cr3t');
    expect(lines).toEqual(
      expect.arrayContaining(['# APOLLO_KEY: hidden (environment)', '# HIVE_USAGE_URL: hidden (environment)']),
    );
  });

  it('quotes values so that a shell reads them as they were', () => {
    const lines = printed(['--persisted-operations', "it's $HOME.json"], {});
    expect(lines).toContain(`PERSISTED_OPERATIONS='it'\\''s $HOME.json'  # --persisted-operations`);
  });
});
