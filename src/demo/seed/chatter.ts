import { between, pick, type Random } from '../ids.ts';
import { wordChoices, type Dialogue } from './dialogue.ts';
import { dayMs, hourMs, minuteMs, secondMs } from './durations.ts';
import { groupDialogues } from './group-dialogues.ts';
import { officeDialogues } from './office-dialogues.ts';
import { productDialogues } from './product-dialogues.ts';

const pairDialogues = [...productDialogues, ...officeDialogues];

export interface Speaker {
  readonly id: string;
  readonly username: string;
}

export interface Line {
  readonly userId: string;
  readonly text: string;
  readonly at: string;
}

function shuffled<Item>(random: Random, items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, key: random() }))
    .toSorted((left, right) => left.key - right.key)
    .map(({ item }) => item);
}

/** The moment itself in working hours (7 to 17 h UTC, Monday to Friday), else a late afternoon before it. */
export function backToWork(ms: number, random: Random): number {
  const hour = new Date(ms).getUTCHours();
  const midnight = ms - (ms % dayMs);
  const afternoon = (day: number): number => day + 16 * hourMs + between(random, 0, hourMs - 1);
  let moment = ms;
  if (hour < 7) moment = afternoon(midnight - dayMs);
  else if (hour >= 17) moment = afternoon(midnight);
  const weekday = new Date(moment).getUTCDay();
  const daysBack = weekday === 6 ? 1 : Number(weekday === 0) * 2;
  return daysBack === 0 ? moment : afternoon(moment - (moment % dayMs) - daysBack * dayMs);
}

/** One dialogue with its words filled in and its voices assigned to speakers. */
function perform(dialogue: Dialogue, speakers: readonly Speaker[], random: Random): Omit<Line, 'at'>[] {
  const cast = shuffled(random, speakers);
  const words: Record<string, string> = {
    number: String(between(random, 12, 480)),
    ticket: String(between(random, 1200, 4980)),
  };
  for (const [word, choices] of Object.entries(wordChoices)) words[word] = pick(random, choices);
  words['slug'] = words['doc']?.toLowerCase().replaceAll(' ', '-') ?? '';
  return dialogue.map((line) => {
    const speaker = cast[Number(line.charAt(0)) % cast.length] ?? pick(random, cast);
    const fill = (_: string, word: string): string => words[word] ?? cast[Number(word) % cast.length]?.username ?? word;
    return { userId: speaker.id, text: line.slice(2).replaceAll(/\{(\w+)\}/g, fill) };
  });
}

/** All dialogues in random order, again and again. */
function* deck(dialogues: readonly Dialogue[], random: Random): Generator<Dialogue, never> {
  for (;;) yield* shuffled(random, dialogues);
}

const dialoguesOf = (speakers: readonly Speaker[]): readonly Dialogue[] =>
  speakers.length > 2 ? [...groupDialogues, ...pairDialogues] : pairDialogues;

/** One dialogue after the other, without end. */
export function* talk(random: Random, speakers: readonly Speaker[]): Generator<Omit<Line, 'at'>, never> {
  const dialogues = deck(dialoguesOf(speakers), random);
  for (;;) yield* perform(dialogues.next().value, speakers, random);
}

/**
 * `count` lines, oldest first, that end at `lastAt` (epoch milliseconds): dialogues separated by minutes, hours or
 * days. Generated backwards, so that the newest dialogue is always complete.
 */
export function writeChatter(random: Random, speakers: readonly Speaker[], count: number, lastAt: number): Line[] {
  const lines: Line[] = [];
  let moment = lastAt;
  for (const dialogue of deck(dialoguesOf(speakers), random)) {
    for (const line of perform(dialogue, speakers, random).toReversed()) {
      if (lines.length === count) return lines.toReversed();
      lines.push({ ...line, at: new Date(moment).toISOString() });
      moment -= between(random, 12 * secondMs, 5 * minuteMs);
    }
    moment = backToWork(moment - between(random, 50 * minuteMs, 3 * dayMs), random);
  }
  return lines;
}
