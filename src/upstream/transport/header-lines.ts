const token = /^[!#$%&'*+.^_`|~\w-]+$/;
/** Line ends other than CR LF, by which two readers could see different heads. */
const oddCharacters = /\0|\r(?!\n)|(?<!\r)\n/;

export type ResponseHeaders = Readonly<Record<string, string | undefined>>;

/** No prototype, so that no header meets a property; an object from `Object.create(null)` takes longer to fill. */
class HeaderTable {
  [name: string]: string;
}
Reflect.deleteProperty(HeaderTable.prototype, 'constructor');
Reflect.setPrototypeOf(HeaderTable.prototype, null);

/**
 * The headers in the lines of a text from `start` on; several of one name are a list. Undefined if a line has no name, or if
 * the text has characters that no line may have.
 */
export function readHeaders(text: string, start: number): ResponseHeaders | undefined {
  if (oddCharacters.test(text)) return undefined;
  const headers = new HeaderTable();
  for (let at = start; at < text.length;) {
    const found = text.indexOf('\r\n', at);
    const end = found === -1 ? text.length : found;
    const colon = text.indexOf(':', at);
    // A colon in a later line: the line end before it is in no name.
    const name = colon === -1 ? undefined : nameOf(text.slice(at, colon));
    if (name === undefined) return undefined;
    const value = withoutBlanks(text, colon + 1, end);
    const known = headers[name];
    headers[name] = known === undefined ? value : `${known}, ${value}`;
    at = end + 2;
  }
  return headers;
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

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;

function withoutBlanks(text: string, from: number, to: number): string {
  let [start, end] = [from, to];
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}
