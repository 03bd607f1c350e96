import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { GraphQLSchema } from 'graphql';
import { maxPageSize } from '../../limits.ts';
import { createSchema } from '../../schema/executable.ts';
import { compare, failing } from './comparison.ts';
import { readDocuments } from './documents.ts';
import { findFiles } from './files.ts';
import { readPriceList, readVariables, type Price } from './json-files.ts';
import { messageOf, Mistakes } from './mistakes.ts';
import { findOperations, type FoundOperation } from './operations.ts';
import { Pricing, type PricedOperation } from './pricing.ts';
import { report } from './report.ts';

export interface Run {
  /** 0: nothing got dearer. 1: something did, or is new. 2: there are mistakes, and no prices. */
  readonly exitCode: 0 | 1 | 2;
  readonly output: string;
}

const usage = `npm run price -- 'src/**/*.{graphql,ts,tsx}' ['!src/generated/**'] [options]
  --write             keep the prices in the file instead of comparing with it
  --prices <file>     default: prices.json
  --first <size>      of the pages whose \`first\` is a variable; default: the operation's own, or 20
  --variables <file>  JSON, variables by operation: {"Mailbox": {"first": 50, "withReceipts": false}}`;

/** Prices the operations of files, and compares them with a list of prices. */
export function runPrice(args: readonly string[], folder: string): Run {
  const mistakes = new Mistakes();
  const asked = readArguments(args);
  if (typeof asked === 'string') return { exitCode: 2, output: `${asked}\n${usage}` };
  const { patterns, list, writes } = asked;
  const schema = createSchema();
  const files = findFiles(patterns, folder, mistakes);
  const operations = findOperations(readDocuments(files, mistakes), schema, mistakes);
  if (operations.length === 0 && mistakes.lines.length === 0)
    mistakes.add(patterns.join(' '), 'the files have no operation');
  const byOperation = readVariables(asked.variables, folder, mistakes);
  if (mistakes.lines.length === 0) checkVariables(asked.variables ?? '', byOperation, operations, mistakes);
  const priced = price(operations, { schema, first: asked.first, byOperation }, mistakes);
  // What is written anew may have been broken, by a merge conflict for example.
  const before = readPriceList(list, folder, writes ? new Mistakes() : mistakes);
  if (mistakes.lines.length === 0 && writes) write(list, folder, priced, mistakes);
  if (mistakes.lines.length > 0) return { exitCode: 2, output: mistakes.lines.join('\n') };
  const comparison = compare(priced, before ?? new Map<string, Price>());
  const hasFailed = !writes && comparison.operations.some(({ verdict }) => failing.has(verdict));
  return { exitCode: hasFailed ? 1 : 0, output: report(comparison, { list, hasList: before !== undefined, writes }) };
}

function price(
  operations: readonly FoundOperation[],
  { schema, ...given }: { schema: GraphQLSchema } & ConstructorParameters<typeof Pricing>[1],
  mistakes: Mistakes,
): PricedOperation[] {
  // An invalid document has no price, and reasons of its own to fail here.
  if (mistakes.lines.length > 0) return [];
  const pricing = new Pricing(schema, given, mistakes);
  return operations.flatMap((operation) => pricing.priceOf(operation) ?? []);
}

/** What the arguments ask for, or what is wrong with them. */
function readArguments(args: readonly string[]) {
  try {
    const { values, positionals: patterns } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        write: { type: 'boolean', default: false },
        prices: { type: 'string', default: 'prices.json' },
        first: { type: 'string' },
        variables: { type: 'string' },
      },
    });
    const first = values.first === undefined ? undefined : Number(values.first);
    if (!patterns.some((pattern) => !pattern.startsWith('!'))) return 'Which files? Give a pattern.';
    if (first !== undefined && !(/^\d+$/.test(values.first ?? '') && first >= 1 && first <= maxPageSize))
      return `--first: expected a whole number from 1 to ${maxPageSize}`;
    return { patterns, list: values.prices, writes: values.write, first, variables: values.variables };
  } catch (error) {
    return messageOf(error);
  }
}

/** A misspelt name would have no effect. */
function checkVariables(
  file: string,
  byOperation: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  operations: readonly FoundOperation[],
  mistakes: Mistakes,
): void {
  for (const [name, variables] of byOperation) {
    const found = operations.find((operation) => operation.name === name);
    const known = found?.operation.variableDefinitions?.map(({ variable }) => variable.name.value) ?? [];
    if (found === undefined) mistakes.add(file, `no operation is named ${name}`);
    else
      for (const variable of Object.keys(variables))
        if (!known.includes(variable)) mistakes.add(file, `${name} has no variable $${variable}`);
  }
}

function write(list: string, folder: string, priced: readonly PricedOperation[], mistakes: Mistakes): void {
  const prices = Object.fromEntries(priced.map(({ name, byEndpoint }) => [name, byEndpoint]));
  try {
    writeFileSync(resolve(folder, list), `${JSON.stringify(prices, null, 2)}\n`);
  } catch (error) {
    mistakes.add(list, `cannot be written: ${messageOf(error)}`);
  }
}
