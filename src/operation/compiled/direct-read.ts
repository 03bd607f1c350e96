import { getNullableType, isLeafType, type GraphQLOutputType } from 'graphql';
import { readingOf, type Reading } from '../../resolvers/readers.ts';
import { isNormalInstant } from '../../resolvers/scalars.ts';
import type { DirectRead, Resolve } from './operation.ts';

/** By the kind of a reader: the scalars that write what it reads as it is. */
const writtenAsIs: Readonly<Partial<Record<Reading['kind'], readonly string[]>>> = {
  text: ['String', 'ID'],
  texts: ['String', 'ID'],
  id: ['String', 'ID'],
  // If it is in the usual form.
  instant: ['DateTime'],
  int: ['Int'],
  flag: ['Boolean'],
  equals: ['Boolean'],
  // If it is not nested too deeply.
  json: ['JSON'],
};

export const isWrittenAsIs = (kind: Reading['kind'], scalar: string): boolean =>
  writtenAsIs[kind]?.includes(scalar) === true;

/** How a field reads its source, if it only does that. */
export function directReadOf(resolve: Resolve | undefined, type: GraphQLOutputType): DirectRead | undefined {
  const reading = readingOf(resolve);
  if (reading === undefined) return undefined;
  const { kind, needs, read } = reading;
  const nullable = getNullableType(type);
  const isAsIs = isLeafType(nullable) && isWrittenAsIs(kind, nullable.name);
  return { needs, read, reading, isPlain: isAsIs ? plainValueOf(kind) : never };
}

const isPresent = (value: unknown): boolean => value !== null;
const never = (): boolean => false;

function plainValueOf(kind: Reading['kind']): (value: unknown) => boolean {
  if (kind === 'json') return never;
  return kind === 'instant' ? (value) => typeof value === 'string' && isNormalInstant(value) : isPresent;
}
