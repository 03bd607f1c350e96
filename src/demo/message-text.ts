import { parseMarkup } from './markup.ts';
import type { Account, Mention, Room } from './types.ts';

/** Links in a text, before their metadata is fetched. */
function linksIn(text: string): { url: string; meta: object }[] {
  return [...text.matchAll(/https?:\/\/[^\s)\]]*[\w/]/g)].map(([url]) => ({ url, meta: {} }));
}

interface Mentions {
  readonly mentions: Mention[];
  readonly channels: { _id: string; name: string }[];
}

/** Mentions in a text: existing names only, and the groups `all` and `here`. */
function mentionsIn(text: string, accounts: readonly Account[], rooms: Iterable<Room>): Mentions {
  const found: Mentions = { mentions: [], channels: [] };
  if (text.includes('@')) {
    for (const [, username = ''] of text.matchAll(/(?<![\w@])@([\w][\w.-]*\w)/g)) {
      const account = accounts.find((candidate) => candidate.username === username);
      if (username === 'all' || username === 'here') found.mentions.push({ _id: username, username });
      else if (account) found.mentions.push({ _id: account.id, username, name: account.name, type: 'user' });
    }
  }
  if (text.includes('#')) {
    const channels = [...rooms].filter((room) => room.t === 'c');
    for (const [, name = ''] of text.matchAll(/(?<![\w#&])#([a-z][\w-]+)/g)) {
      const channel = channels.find((candidate) => candidate['name'] === name);
      if (channel) found.channels.push({ _id: channel._id, name });
    }
  }
  return found;
}

/** Whatever Rocket.Chat stores with a text that it has parsed. */
export function parseText(text: string, accounts: readonly Account[], rooms: Iterable<Room>) {
  return { urls: linksIn(text), ...mentionsIn(text, accounts, rooms), md: parseMarkup(text) };
}
