/** Media types of responses, the default first. A page is only for browsers that open the URL. */
export const jsonType = 'application/json';
export const graphqlType = 'application/graphql-response+json';
export const htmlType = 'text/html';
export type MediaType = typeof jsonType | typeof graphqlType | typeof htmlType;

interface Range {
  readonly type: string;
  readonly quality: number;
  /** 2 for a type, 1 for `application/*`, 0 for all. */
  readonly specificity: number;
  readonly position: number;
}

/** Results by header and number of offered types: clients send few different headers. */
const known = new Map<string, MediaType | undefined>();
const maxKnown = 64;
const maxKnownLength = 256;

/** The offered type that `Accept` prefers; undefined if it accepts none of them. A longer offer begins with a shorter one. */
export function preferredType(accept: string | undefined, offered: readonly MediaType[]): MediaType | undefined {
  const key = `${offered.length} ${accept}`;
  if (known.has(key)) return known.get(key);
  const preferred = chooseType(accept, offered);
  if (known.size < maxKnown && key.length <= maxKnownLength) known.set(key, preferred);
  return preferred;
}

/** Reads `Accept` (RFC 9110, 12.5.1). */
export function chooseType(accept: string | undefined, offered: readonly MediaType[]): MediaType | undefined {
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

/** Ignores parameters other than `q` and `charset`, as they do not affect whether the client can read the response. */
function readRange(text: string, position: number): Range[] {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const valueOf = (name: string) =>
    parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1);
  const quality = Number(valueOf('q') ?? 1);
  if (Number.isNaN(quality) || !isUtf8(valueOf('charset') ?? 'utf-8')) return [];
  const specificity = type === '*/*' ? 0 : type.endsWith('/*') ? 1 : 2;
  return [{ type, quality, specificity, position }];
}

const includes = ({ type, specificity }: Range, offered: MediaType): boolean =>
  specificity === 0 || (specificity === 1 ? offered.startsWith(type.slice(0, -1)) : offered === type);

/** Whether a charset is UTF-8, in any spelling that clients use. */
export const isUtf8 = (charset: string): boolean => ['utf-8', 'utf8', '"utf-8"'].includes(charset);
