/** What an answer can be, the usual first. A page is only for browsers that open the address. */
export const jsonAnswer = 'application/json';
export const graphqlAnswer = 'application/graphql-response+json';
export const page = 'text/html';
export type AnswerType = typeof jsonAnswer | typeof graphqlAnswer | typeof page;

interface Range {
  readonly type: string;
  readonly quality: number;
  /** 2 for one type, 1 for `application/*`, 0 for all. */
  readonly specificity: number;
  readonly position: number;
}

/** The type of those offered that a client takes most gladly, by its `Accept`; undefined where it takes none of them. */
export function preferredType(accept: string | undefined, offered: readonly AnswerType[]): AnswerType | undefined {
  if (accept === undefined || accept.trim() === '') return offered[0];
  const ranges = accept.split(',').flatMap(readRange);
  return offered
    .flatMap((type) => {
      const [closest] = ranges
        .filter((range) => includes(range, type))
        .toSorted((a, b) => b.specificity - a.specificity || b.quality - a.quality);
      return closest === undefined || closest.quality <= 0 ? [] : [{ type, closest }];
    })
    .toSorted(
      ({ closest: a }, { closest: b }) =>
        b.quality - a.quality || b.specificity - a.specificity || a.position - b.position,
    )[0]?.type;
}

/** Parameters but `q` say nothing that would make an answer unreadable, unless it is another charset. */
function readRange(text: string, position: number): Range[] {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const valueOf = (name: string) =>
    parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1);
  const quality = Number(valueOf('q') ?? 1);
  if (Number.isNaN(quality) || !isUtf8(valueOf('charset') ?? 'utf-8')) return [];
  const specificity = type === '*/*' ? 0 : type.endsWith('/*') ? 1 : 2;
  return [{ type, quality, specificity, position }];
}

const includes = ({ type, specificity }: Range, offered: AnswerType): boolean =>
  specificity === 0 || (specificity === 1 ? offered.startsWith(type.slice(0, -1)) : offered === type);

/** Whether a charset is the one that is written and read here, as a client may spell it. */
export const isUtf8 = (charset: string): boolean => ['utf-8', 'utf8', '"utf-8"'].includes(charset);
