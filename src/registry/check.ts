import { parseArgs } from 'node:util';
import { createPublishedApi, createPublishedSdl } from '../schema/executable.ts';
import { readBaseline } from './baseline.ts';
import { changesBetween, isSubgraph, type SchemaChange } from './changes.ts';

const usage = 'npm run schema:check -- --against <file, address or git ref>';

/** Lists the changes of this schema against another one. Exits with 1 if clients or subgraphs would break. */
async function main(): Promise<number> {
  const { against } = parseArgs({ options: { against: { type: 'string' } } }).values;
  if (against === undefined) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const compared = (await readBaseline(against)).map((before) =>
    changesBetween(before, isSubgraph(before) ? createPublishedSdl() : createPublishedApi()),
  );
  const changes = withoutRepetitions((await Promise.all(compared)).flat());
  process.stdout.write(`${report(changes)}\n`);
  return changes.some(({ weight }) => weight === 'breaking') ? 1 : 0;
}

/** Both published schemas hold most elements: a change of those is one change. */
const withoutRepetitions = (changes: readonly SchemaChange[]): SchemaChange[] => [
  ...new Map(changes.map((change) => [JSON.stringify(change), change])).values(),
];

function report(changes: readonly SchemaChange[]): string {
  const parts = (['breaking', 'dangerous', 'safe'] as const).map((weight) => {
    const found = changes.filter((change) => change.weight === weight);
    return [`${weight}: ${found.length}`, ...found.map(({ path, message }) => `  ${path}  ${message}`)].join('\n');
  });
  return parts.join('\n');
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(
    `The schema to compare with cannot be read: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}\n${usage}\n`,
  );
  process.exitCode = 2;
}
