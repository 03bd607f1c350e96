/** Texts that depend on the reader's language and time zone, and names of people. */

interface Person {
  readonly name?: string | null;
  readonly username?: string | null;
}

/** Integrations and imported messages can lack any name. */
export const nameOf = ({ name, username }: Person): string => name ?? username ?? 'Somebody';

const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' });
const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const fullDate = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

export const timeOf = (at: string): string => time.format(new Date(at));
export const dayOf = (at: string): string => fullDate.format(new Date(at));
export const momentOf = (at: string): string => moment.format(new Date(at));

/** Today the time, this week the day, else the date. */
export function shortTimeOf(at: string, now = new Date()): string {
  const then = new Date(at);
  if (then.toDateString() === now.toDateString()) return time.format(then);
  const days = (now.getTime() - then.getTime()) / 86_400_000;
  return days < 6 ? weekday.format(then) : date.format(then);
}

export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** What system messages say, by Rocket.Chat's type. The set is open. */
const systemTexts: Readonly<Record<string, string>> = {
  uj: 'joined',
  ul: 'left',
  au: 'added somebody',
  ru: 'removed somebody',
  room_changed_topic: 'changed the topic',
  room_changed_description: 'changed the description',
  room_changed_announcement: 'changed the announcement',
  videoconf: 'started a video call',
  message_pinned: 'pinned a message',
};

export const systemText = (type: string, text: string): string =>
  [systemTexts[type] ?? type.replaceAll(/[-_]/g, ' '), text].filter(Boolean).join(': ');
