import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import {
  GraphQLError,
  isExecutableDefinitionNode,
  Lexer,
  parse,
  Source,
  TokenKind,
  type ExecutableDefinitionNode,
} from 'graphql';
import { asObject } from '../../json.ts';
import { NotAManifest, parseManifest } from '../../operation/persisted-operations.ts';
import type { FoundFile } from './files.ts';
import { messageOf, placeIn, type Mistakes } from './mistakes.ts';
import { templatesIn } from './templates.ts';

/** Operations and fragments that see each other by name. */
export type Definitions = readonly ExecutableDefinitionNode[];

export interface Documents {
  /** Those of all sources of the application: fragments are found across files. */
  readonly shared: Definitions;
  /** Texts of lists of persisted operations, each with fragments of its own. */
  readonly single: readonly Definitions[];
}

const scripts = /^\.[cm]?[jt]sx?$/;
/** They need the compiler of their framework, which is not a part of this repository. */
const frameworks = /^\.(vue|svelte|astro|g[jt]s)$/;

/** The GraphQL of all files. Files of other kinds are left out, unless the command names them. */
export function readDocuments(files: readonly FoundFile[], mistakes: Mistakes): Documents {
  const shared: ExecutableDefinitionNode[] = [];
  const single: Definitions[] = [];
  for (const file of files) {
    const { name, isNamed } = file;
    const kind = extname(name).toLowerCase();
    if (kind === '.graphql' || kind === '.gql')
      shared.push(...definitionsIn(new Source(read(file, mistakes), name), mistakes));
    else if (scripts.test(kind)) shared.push(...definitionsOfScript(read(file, mistakes), name, mistakes));
    else if (kind === '.json' && isNamed) single.push(...persistedIn(read(file, mistakes), name, mistakes));
    else if (frameworks.test(kind))
      mistakes.add(
        name,
        'expected JavaScript or TypeScript: put the operations of this component into a file of theirs',
      );
    else if (isNamed)
      mistakes.add(name, 'expected GraphQL, JavaScript, TypeScript, or a list of persisted operations in JSON');
  }
  return { shared, single };
}

/** Empty after a mistake. */
function read({ name, path }: FoundFile, mistakes: Mistakes): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    mistakes.add(name, `cannot be read: ${messageOf(error)}`);
    return '';
  }
}

/** Type definitions, such as those of a local schema, are none of an operation's. */
function definitionsIn(source: Source, mistakes: Mistakes, hint = ''): ExecutableDefinitionNode[] {
  try {
    if (new Lexer(source).advance().kind === TokenKind.EOF) return [];
    return parse(source).definitions.filter(isExecutableDefinitionNode);
  } catch (error) {
    if (error instanceof GraphQLError) mistakes.addError(error, source.name, hint);
    else mistakes.add(source.name, `cannot be parsed: ${messageOf(error)}`); // nested too deeply for the parser
    return [];
  }
}

function definitionsOfScript(code: string, name: string, mistakes: Mistakes): ExecutableDefinitionNode[] {
  try {
    return templatesIn(code, name).flatMap(({ source, interpolations }) => {
      const hint = interpolations.length > 0 ? ' (interpolated values are left out)' : '';
      const definitions = definitionsIn(source, mistakes, hint);
      for (const { loc } of definitions)
        for (const offset of interpolations)
          if (loc !== undefined && loc.start < offset && offset < loc.end)
            mistakes.add(
              placeIn(source, source.body.slice(0, offset).split('\n').length),
              'the template interpolates a value in the middle of a definition: spread a fragment or use a variable',
            );
      return definitions;
    });
  } catch (error) {
    const line = asObject(asObject(error)?.['loc'])?.['line'];
    mistakes.add(
      typeof line === 'number' ? `${name}:${line}` : name,
      `is no code that can be parsed: ${messageOf(error)}`,
    );
    return [];
  }
}

function persistedIn(contents: string, name: string, mistakes: Mistakes): Definitions[] {
  try {
    return parseManifest(contents).map(({ id, body }) => definitionsIn(new Source(body, `${name} "${id}"`), mistakes));
  } catch (error) {
    if (!(error instanceof NotAManifest)) throw error;
    mistakes.add(name, error.message);
    return [];
  }
}
