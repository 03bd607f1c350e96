import { wrap } from '../text.ts';
import { credentialVariables } from './doctor-credentials.ts';
import { flagOf } from './flags.ts';
import { settings } from './settings.ts';

const indent = '      ';

/** The text of `--help`. */
export const help = (): string =>
  [
    'rocketchat-dm-gateway: GraphQL for the direct messages of a Rocket.Chat workspace.',
    '',
    '  rocketchat-dm-gateway --upstream https://chat.example.com --port 4000',
    '  rocketchat-dm-gateway doctor --upstream https://chat.example.com',
    '',
    '  doctor          Looks at the workspace as the gateway would see it, and says what to mend.',
    '                  Makes six calls at most, which only read. Exit code 1 if something breaks.',
    `                  Calls with ${credentialVariables.join(', ')} (environment).`,
    '  --json          With doctor: the findings as JSON.',
    '  --help          Prints this.',
    '  --version       Prints the version.',
    '  --print-config  Prints the settings, without secrets, and where each comes from.',
    '',
    'Settings are flags, each with a value, and environment variables. A flag goes before its variable.',
    ...Object.entries(settings).flatMap(([name, { help: meaning, default: byDefault }]) => [
      '',
      `  ${[flagOf(name), name].filter((spelling) => spelling !== undefined).join(', ')}`,
      ...wrap(`${meaning} Default: ${byDefault}.`.replaceAll('`', ''), indent),
    ]),
  ].join('\n');
