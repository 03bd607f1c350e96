const token = /^[!#$%&'*+.^_`|~\w-]+$/;
/** In a line: line ends other than CR LF, by which two readers could see different heads. */
const oddCharacters = /[\0\r\n]/;

export type ResponseHeaders = Readonly<Record<string, string | undefined>>;

/** A line of a head, read. */
export interface Header {
  readonly line: string;
  readonly name: string;
  readonly value: string;
}

/** Longer lines are not kept for the next head. Characters. */
const longLine = 80;

/** No prototype, so that no header meets a property; an object from `Object.create(null)` would be slower. */
class Headers {
  [name: string]: string;
}
Reflect.deleteProperty(Headers.prototype, 'constructor');
Reflect.setPrototypeOf(Headers.prototype, null);

/**
 * The headers of a head's lines, the first of which is none; several of one name are a list. Undefined if one has no name.
 * Most lines are the same as in the head before, `latest`, and are not read again.
 */
export function readHeaders(lines: readonly string[], latest: (Header | undefined)[]): ResponseHeaders | undefined {
  const headers = new Headers();
  for (let index = 1; index < lines.length; index += 1) {
    const line = lines[index] as string;
    let header = latest[index];
    if (header?.line !== line) {
      header = readHeader(line);
      if (header === undefined) return undefined;
      latest[index] = line.length > longLine ? undefined : header;
    }
    const known = headers[header.name];
    headers[header.name] = known === undefined ? header.value : `${known}, ${header.value}`;
  }
  return headers;
}

/** Undefined for a line that is none. */
export function readHeader(line: string): Header | undefined {
  const colon = line.indexOf(':');
  const name = oddCharacters.test(line) ? undefined : nameOf(line.slice(0, Math.max(0, colon)));
  return name === undefined ? undefined : { line, name, value: withoutBlanks(line, colon + 1) };
}

/** Names as they are sent, and as they are read: a workspace sends a few dozens. */
const knownNames = new Map<string, string>();
const maxKnownNames = 200;

function nameOf(sent: string): string | undefined {
  const known = knownNames.get(sent);
  if (known !== undefined) return known;
  if (!token.test(sent)) return undefined;
  const name = sent.toLowerCase();
  if (knownNames.size < maxKnownNames) knownNames.set(sent, name);
  return name;
}

const isBlank = (line: string, index: number): boolean => line[index] === ' ' || line[index] === '\t';

function withoutBlanks(line: string, from: number): string {
  let [start, end] = [from, line.length];
  while (start < end && isBlank(line, start)) start += 1;
  while (end > start && isBlank(line, end - 1)) end -= 1;
  return line.slice(start, end);
}
