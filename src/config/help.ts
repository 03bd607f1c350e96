import { flagOf } from './flags.ts';
import { settings } from './settings.ts';

const columns = 100;
const indent = '      ';

/** The text of `--help`. */
export const help = (): string =>
  [
    'rocketchat-dm-gateway: GraphQL for the direct messages of a Rocket.Chat workspace.',
    '',
    '  rocketchat-dm-gateway --upstream https://chat.example.com --port 4000',
    '',
    '  --help          Prints this.',
    '  --version       Prints the version.',
    '  --print-config  Prints the settings, without secrets, and where each comes from.',
    '',
    'Settings are flags, each with a value, and environment variables. A flag goes before its variable.',
    ...Object.entries(settings).flatMap(([name, { help: meaning, default: byDefault }]) => [
      '',
      `  ${[flagOf(name), name].filter((spelling) => spelling !== undefined).join(', ')}`,
      ...wrap(`${meaning} Default: ${byDefault}.`.replaceAll('`', '')),
    ]),
  ].join('\n');

/** Lines of whole words. */
function wrap(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && indent.length + line.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => indent + line);
}
