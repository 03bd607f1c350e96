/**
 * Parses text to `md` like Rocket.Chat's message parser: enough for chat, without KaTeX, colours or timestamps. Blocks
 * are split by line; inlines nest by recursion.
 */
export interface MarkupNode {
  readonly type: string;
  readonly value?: MarkupNode | MarkupNode[] | string | { src: MarkupNode; label: MarkupNode[] };
  readonly [property: string]: unknown;
}

const inlinePattern = new RegExp(
  [
    '`(?<code>[^`\\n]+)`',
    '\\[(?<label>[^\\]\\n]+)\\]\\((?<target>https?:[^\\s)]+)\\)',
    '(?<url>https?:\\/\\/[^\\s)\\]]*[\\w/])',
    '\\*{1,2}(?<bold>[^*\\n]+)\\*{1,2}',
    '(?<![\\w/])_{1,2}(?<italic>[^_\\n]+)_{1,2}(?!\\w)',
    '~{1,2}(?<strike>[^~\\n]+)~{1,2}',
    '\\|\\|(?<spoiler>[^|\\n]+)\\|\\|',
    '(?<![\\w@])@(?<user>[\\w][\\w.-]*\\w)',
    '(?<![\\w#&])#(?<channel>[a-z][\\w-]+)',
    ':(?<shortcode>[a-z0-9_+-]*[a-z_+][a-z0-9_+-]*|-1):',
    '(?<unicode>\\p{Extended_Pictographic}\\uFE0F?)',
  ].join('|'),
  'gu',
);

const bigEmojiPattern = /^\s*(?:(?::[a-z0-9_+-]+:|\p{Extended_Pictographic}\uFE0F?)\s*){1,3}$/u;

export const plainText = (value: string): MarkupNode => ({ type: 'PLAIN_TEXT', value });

const link = (url: string, label: MarkupNode[]): MarkupNode => ({
  type: 'LINK',
  value: { src: plainText(url), label },
});

function inlineNode(groups: Record<string, string | undefined>): MarkupNode {
  const { code, label, target, url, bold, italic, strike, spoiler, user, channel, shortcode, unicode } = groups;
  if (code !== undefined) return { type: 'INLINE_CODE', value: plainText(code) };
  if (label !== undefined && target !== undefined) return link(target, parseInlines(label));
  if (url !== undefined) return link(url, [plainText(url)]);
  if (bold !== undefined) return { type: 'BOLD', value: parseInlines(bold) };
  if (italic !== undefined) return { type: 'ITALIC', value: parseInlines(italic) };
  if (strike !== undefined) return { type: 'STRIKE', value: parseInlines(strike) };
  if (spoiler !== undefined) return { type: 'SPOILER', value: parseInlines(spoiler) };
  if (user !== undefined) return { type: 'MENTION_USER', value: plainText(user) };
  if (channel !== undefined) return { type: 'MENTION_CHANNEL', value: plainText(channel) };
  if (shortcode !== undefined) return { type: 'EMOJI', value: plainText(shortcode), shortCode: shortcode };
  return { type: 'EMOJI', unicode };
}

function parseInlines(text: string): MarkupNode[] {
  const nodes: MarkupNode[] = [];
  let end = 0;
  for (const match of text.matchAll(inlinePattern)) {
    if (match.index > end) nodes.push(plainText(text.slice(end, match.index)));
    nodes.push(inlineNode(match.groups ?? {}));
    end = match.index + match[0].length;
  }
  if (end < text.length) nodes.push(plainText(text.slice(end)));
  return nodes;
}

const paragraph = (line: string): MarkupNode => ({ type: 'PARAGRAPH', value: parseInlines(line) });

/** Blocks of consecutive lines with the same marker. The first that matches wins. */
const lineBlocks: readonly { mark: RegExp; build: (lines: RegExpExecArray[]) => MarkupNode }[] = [
  {
    mark: /^- \[(?<mark>[ x])\] (?<text>.+)$/,
    build: (lines) => ({
      type: 'TASKS',
      value: lines.map(({ groups }) => ({
        type: 'TASK',
        status: groups?.['mark'] === 'x',
        value: parseInlines(groups?.['text'] ?? ''),
      })),
    }),
  },
  {
    mark: /^[-*] (?<text>.+)$/,
    build: (lines) => ({
      type: 'UNORDERED_LIST',
      value: lines.map(({ groups }) => ({ type: 'LIST_ITEM', value: parseInlines(groups?.['text'] ?? '') })),
    }),
  },
  {
    mark: /^(?<number>\d+)\. (?<text>.+)$/,
    build: (lines) => ({
      type: 'ORDERED_LIST',
      value: lines.map(({ groups }) => ({
        type: 'LIST_ITEM',
        value: parseInlines(groups?.['text'] ?? ''),
        number: Number(groups?.['number']),
      })),
    }),
  },
  {
    mark: /^> ?(?<text>.*)$/,
    build: (lines) => ({ type: 'QUOTE', value: lines.map(({ groups }) => paragraph(groups?.['text'] ?? '')) }),
  },
];

/** The consecutive lines from `start` that match `mark`. */
function run(lines: readonly string[], start: number, mark: RegExp): RegExpExecArray[] {
  const found: RegExpExecArray[] = [];
  for (let index = start; index < lines.length; index += 1) {
    const match = mark.exec(lines[index] ?? '');
    if (match === null) break;
    found.push(match);
  }
  return found;
}

function codeBlock(lines: readonly string[], start: number): { node: MarkupNode; next: number } | undefined {
  const language = /^```(?<language>\w*)$/.exec(lines[start] ?? '')?.groups?.['language'];
  const close = lines.indexOf('```', start + 1);
  if (language === undefined || close < 0) return undefined;
  const value = lines.slice(start + 1, close).map((line) => ({ type: 'CODE_LINE', value: plainText(line) }));
  return { node: { type: 'CODE', language: language === '' ? 'none' : language, value }, next: close + 1 };
}

function singleLine(line: string): MarkupNode {
  if (line === '') return { type: 'LINE_BREAK' };
  const heading = /^(?<hashes>#{1,4}) (?<text>.+)$/.exec(line)?.groups;
  if (heading === undefined) return paragraph(line);
  return { type: 'HEADING', level: heading['hashes']?.length ?? 1, value: [plainText(heading['text'] ?? '')] };
}

export function parseMarkup(text: string): MarkupNode[] {
  if (bigEmojiPattern.test(text)) {
    return [{ type: 'BIG_EMOJI', value: parseInlines(text).filter((node) => node.type === 'EMOJI') }];
  }
  const lines = text.split('\n');
  const blocks: MarkupNode[] = [];
  for (let index = 0; index < lines.length;) {
    const code = codeBlock(lines, index);
    const list = lineBlocks
      .map(({ mark, build }) => ({ matches: run(lines, index, mark), build }))
      .find(({ matches }) => matches.length > 0);
    if (code) blocks.push(code.node);
    else blocks.push(list ? list.build(list.matches) : singleLine(lines[index] ?? ''));
    index = code?.next ?? index + (list?.matches.length ?? 1);
  }
  return blocks;
}
