import { parseCode, type GraphQLTagPluckOptions } from '@graphql-tools/graphql-tag-pluck';
import { Source } from 'graphql';

/** The GraphQL of one template, with its place in the file. */
export interface Template {
  readonly source: Source;
  /** Offsets in the text at which the template interpolates a value. */
  readonly interpolations: readonly number[];
}

type Pluck = NonNullable<GraphQLTagPluckOptions['pluckStringFromFile']>;

/** Every tag and every module that the library looks for has one of these words; other files need not be parsed. */
const isWithGraphql = (code: string): boolean => /gql|graphql/i.test(code);

/**
 * The templates of a JavaScript or TypeScript file: `gql` and `graphql`, as tags or as functions, and those after a comment
 * of `GraphQL`. Interpolated values are left out, and their lines kept.
 */
export function templatesIn(code: string, filePath: string): Template[] {
  if (!isWithGraphql(code)) return [];
  const interpolations = new Map<unknown, number[]>();
  const pluckStringFromFile: Pluck = (_code, { start, quasis }) => {
    const offsets: number[] = [];
    let text = '';
    for (const [index, { value, end }] of quasis.entries()) {
      text += value.cooked ?? value.raw;
      const next = quasis[index + 1];
      if (next === undefined) break;
      offsets.push(text.length);
      text += ` ${code.slice(end ?? 0, next.start ?? 0).replace(/[^\n]/g, '')}`;
    }
    interpolations.set(start, offsets);
    return text.trim() === '' ? '' : text;
  };
  return parseCode({ code, filePath, options: { pluckStringFromFile } }).map(({ content, start, loc }) => ({
    source: new Source(content, filePath, { line: loc.start.line, column: loc.start.column + 1 }),
    interpolations: interpolations.get(start) ?? [],
  }));
}
