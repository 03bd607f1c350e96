import { expect, it } from 'vitest';
import { flagOf } from '../../src/config/flags.ts';
import { help } from '../../src/config/help.ts';
import { settings } from '../../src/config/settings.ts';

it('--help lists every setting with its flag, meaning and default', () => {
  const entries = help()
    .split('\n\n')
    .map((entry) => entry.replaceAll(/\s+/g, ' ').trim());
  expect(entries.filter((entry) => /^(--[a-z-]+, )?[A-Z_]+ /.test(entry))).toEqual(
    Object.entries(settings).map(([name, { help: meaning, default: byDefault }]) =>
      `${[flagOf(name), name].filter(Boolean).join(', ')} ${meaning} Default: ${byDefault}.`.replaceAll('`', ''),
    ),
  );
});

it('--help has lines of at most 100 columns, and fills them', () => {
  const lines = help().split('\n');
  expect(lines.filter((line) => line.length > 100)).toEqual([]);
  lines.forEach((line, index) => {
    const [, next] = /^ {6}(\S+)/.exec(lines[index + 1] ?? '') ?? [];
    if (next !== undefined && line.startsWith('      ')) expect(line.length + 1 + next.length).toBeGreaterThan(100);
  });
});
