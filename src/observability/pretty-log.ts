import { asInt, asObject, asObjects, asText, asTexts, readJson, type JsonObject } from '../json.ts';
import { paint, printable, type Colour } from '../text.ts';
import type { LogDestination } from './standard-output.ts';

/** What a line shows, for the welcome. */
export const prettyLegend =
  'A line for each request follows: time, status, duration, calls to the workspace, operation, and codes of errors.';

/** For people at a terminal: makes a readable line of each JSON line of the log, which is clean of tokens by then. */
export const prettyLog = (output: LogDestination, hasColours: boolean): LogDestination => ({
  write: (line) => output.write(`${prettyLine(line, hasColours)}\n`),
  flush: (callback) => output.flush(callback),
});

const longest = { name: 64, message: 400, frame: 200 };

function prettyLine(line: string, hasColours: boolean): string {
  const fields = asObject(readJson(line));
  if (fields === undefined) return printable(line, longest.message);
  const painted: Paint = (colour, text) => (hasColours && colour !== 'none' ? paint(colour, text) : text);
  const { time } = fields;
  const clock = typeof time === 'number' ? new Date(time).toTimeString().slice(0, 8) : '';
  const rest = typeof fields['durationMs'] === 'number' ? ofRequest(fields, painted) : ofEvent(fields, painted);
  return [`${painted('grey', clock)}  ${rest}`, ...framesOf(fields)].join('\n');
}

type Paint = (colour: Colour | 'none', text: string) => string;

/** The line of an answered request. */
function ofRequest(fields: JsonObject, painted: Paint): string {
  const { status, durationMs, upstreamCalls, shared } = fields;
  const codes = Object.entries(asObject(fields['codes']) ?? {});
  const colour = Number(status) >= 500 ? 'red' : codes.length > 0 ? 'yellow' : 'green';
  const calls = asInt(upstreamCalls) ?? 0;
  const sharedCalls = asInt(shared) ?? 0;
  const name = printable(asText(fields['operation']) ?? '(unnamed)', longest.name);
  return [
    painted(colour, String(status)),
    `${Math.round(Number(durationMs))} ms`.padStart(8),
    `${calls} ${calls === 1 ? 'call ' : 'calls'}`.padStart(9),
    sharedCalls > 0 ? ` ${name} (${sharedCalls} shared)` : ` ${name}`,
    ...codes.map(([code, count]) =>
      painted(colour, ` ${printable(code)}${Number(count) > 1 ? ` ×${Number(count)}` : ''}`),
    ),
  ].join(' ');
}

/** What only a program reads, or stands elsewhere in the line. */
const leftOut = new Set(['level', 'time', 'msg', 'unexpected']);

/** Any other line: its message, and what goes with it. */
function ofEvent(fields: JsonObject, painted: Paint): string {
  const level = asInt(fields['level']) ?? 0;
  const [colour, name]: [Colour | 'none', string] =
    level >= 50 ? ['red', 'error'] : level >= 40 ? ['yellow', 'warn'] : ['none', ''];
  const more = Object.entries(fields).filter(([key]) => !leftOut.has(key));
  return [
    ...(name === '' ? [] : [painted(colour, name)]),
    ...(asText(fields['msg']) === undefined ? [] : [printable(String(fields['msg']), longest.message)]),
    ...(more.length === 0 ? [] : [printable(JSON.stringify(Object.fromEntries(more)), longest.message)]),
  ].join('  ');
}

/** Where unexpected errors came from, a line for each frame of their stacks. */
const framesOf = ({ unexpected }: JsonObject): string[] =>
  asObjects(Array.isArray(unexpected) ? unexpected : [unexpected]).flatMap(({ kind, frames }) =>
    asTexts([kind, ...asTexts(frames)]).map((text) => `          ${printable(text, longest.frame)}`),
  );
