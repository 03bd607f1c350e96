/** How a body can be compressed, the one that the gateway would rather use first: it takes the least CPU time. */
export const codings = ['zstd', 'br', 'gzip'] as const;
export type Coding = (typeof codings)[number];

/** What a client accepts. */
export interface AcceptedCodings {
  /** The coding to use; undefined: none. */
  readonly coding: Coding | undefined;
  /** Whether a body that is not compressed will do. */
  readonly plain: boolean;
}

/** Without the header a client may get anything, but most such clients cannot read anything. */
const plainOnly: AcceptedCodings = { coding: undefined, plain: true };

/** Longer lists than any client has use are not read to their end. */
const maxEntries = 32;

/** Results by header: clients send few different ones. */
const known = new Map<string, AcceptedCodings>();
const maxKnown = 64;
const maxKnownLength = 256;

/** What `Accept-Encoding` says. */
export function acceptedCodings(header: string | undefined): AcceptedCodings {
  if (header === undefined) return plainOnly;
  const before = known.get(header);
  if (before !== undefined) return before;
  const accepted = readCodings(header);
  if (known.size < maxKnown && header.length <= maxKnownLength) known.set(header, accepted);
  return accepted;
}

/** Reads `Accept-Encoding` (RFC 9110, 12.5.3). */
export function readCodings(header: string): AcceptedCodings {
  const qualities = qualitiesIn(header);
  const others = qualities.get('*');
  const plain = qualities.get('identity') ?? (others === 0 ? 0 : undefined);
  let [coding, best]: [Coding | undefined, number] = [undefined, 0];
  for (const name of codings) {
    const quality = qualities.get(name) ?? others ?? 0;
    if (quality > best) [coding, best] = [name, quality];
  }
  return { coding: plain !== undefined && plain > best ? undefined : coding, plain: plain !== 0 };
}

/** Weights by coding, in lower case. What is malformed is as if it were not there. */
function qualitiesIn(header: string): ReadonlyMap<string, number> {
  const qualities = new Map<string, number>();
  for (const entry of header.split(',', maxEntries)) {
    const [, name = '', quality = '1'] =
      /^\s*([\w!#$%&'*+.^`|~-]+)\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?$/i.exec(entry) ?? [];
    if (name !== '') qualities.set(name.toLowerCase().replace(/^x-(?=gzip$)/, ''), Number(quality));
  }
  return qualities;
}
