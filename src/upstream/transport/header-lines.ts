const token = /^[!#$%&'*+.^_`|~\w-]+$/;

export type ResponseHeaders = Readonly<Record<string, string | undefined>>;

/** No prototype, so that no header meets a property; an object from `Object.create(null)` takes longer to fill. */
class HeaderTable {
  [name: string]: string;
}
Reflect.deleteProperty(HeaderTable.prototype, 'constructor');
Reflect.setPrototypeOf(HeaderTable.prototype, null);

/** A line, and what it says. */
interface Line {
  /** With its end. */
  readonly text: string;
  readonly name: string;
  readonly value: string;
}

/**
 * The lines of the latest head, by their places: most of the next one's are the same. Not the last, which has no end and
 * could be the beginning of another.
 */
const latest: Line[] = [];
const maxLatest = 64;

/**
 * The headers in the lines of a text from `start` on; several of one name are a list. Undefined if a line has no name, or if
 * the text has characters that no line may have.
 */
export function readHeaders(text: string, start: number): ResponseHeaders | undefined {
  if (text.includes('\0', start)) return undefined;
  const headers = new HeaderTable();
  for (let at = start, place = 0; at < text.length; place += 1) {
    const line = lineAt(text, at, place);
    if (line === undefined) return undefined;
    const { name, value } = line;
    const known = headers[name];
    headers[name] = known === undefined ? value : `${known}, ${value}`;
    at += line.text.length;
  }
  return headers;
}

function lineAt(text: string, at: number, place: number): Line | undefined {
  const known = latest[place];
  // `startsWith` takes three times as long, and comparing a part of the text would create that part.
  if (known !== undefined && text.indexOf(known.text, at) === at) return known;
  const line = readLine(text, at);
  if (place < maxLatest && line?.text.endsWith('\n') === true) latest[place] = line;
  return line;
}

/** Undefined for a line without a name, or with an end other than CR LF, by which two readers could see different heads. */
function readLine(text: string, start: number): Line | undefined {
  const feed = text.indexOf('\n', start);
  const next = feed === -1 ? text.length : feed + 1;
  const end = feed === -1 ? next : feed - 1;
  const carriage = text.indexOf('\r', start);
  if (carriage !== (feed === -1 ? -1 : end)) return undefined;
  const colon = text.indexOf(':', start);
  // A colon in a later line: the line end before it is in no name.
  const name = colon === -1 ? undefined : nameOf(text.slice(start, colon));
  if (name === undefined) return undefined;
  return { text: text.slice(start, next), name, value: withoutBlanks(text, colon + 1, end) };
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
