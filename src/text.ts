/** Anything that a terminal does not show as one character in its place: controls, separators, marks of direction, halves. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

/**
 * A text of somebody else's, safe to show at a terminal and in a log: without characters that move the cursor, change
 * colours or turn the direction of reading, and no longer than `maxLength`.
 */
export function printable(text: string, maxLength = 80): string {
  const start = text.slice(0, maxLength).replaceAll(unprintable, '?');
  return text.length > maxLength ? `${start}…` : start;
}

/** Visible ASCII of bounded length: Rocket.Chat's ids and tokens are no others, and a header can carry it. */
const credential = /^[\x21-\x7E]{1,256}$/;

/** Whether a text may be a user's id or token. */
export const isCredential = (text: string): boolean => credential.test(text);

const colours = { grey: 90, green: 32, yellow: 33, red: 31, cyan: 36 } as const;
export type Colour = keyof typeof colours;

/** A text in a colour of the terminal's. */
export const paint = (colour: Colour, text: string): string => `\u001b[${colours[colour]}m${text}\u001b[39m`;

/** Lines of whole words, each with the indent before it. */
export function wrap(text: string, indent: string, columns = 100): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && indent.length + line.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => indent + line);
}
