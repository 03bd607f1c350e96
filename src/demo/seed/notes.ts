import type { World } from '../world.ts';
import { dayMs } from './durations.ts';

const notes: readonly string[] = [
  'Ideas for the autumn release:\n- waiting list for popular rooms\n- calendar sync both ways\n- fewer fields at check-in',
  'Ask Carla about the board dates',
  'https://docs.northlight.example/travel',
  '- [x] passport\n- [ ] travel insurance\n- [ ] adapter plug',
  'Parking code office Lisbon: ask reception, *not* the app',
  'Quote for the talk: “Software is read far more often than it is written.”',
  '```sh\ngit log --oneline --since=yesterday --author=maya\n```',
  'Book recommendations from Grace: _The Design of Everyday Things_, _Creative Selection_',
  'Thank-you cards for the launch team :love_letter:',
];

const releases: readonly (readonly [version: string, at: string])[] = [
  ['8.4.2', '2026-05-29T02:00:10.367Z'],
  ['8.5.0', '2026-06-30T02:00:08.112Z'],
  ['8.5.1', '2026-07-21T02:00:09.940Z'],
  ['8.6.0', '2026-08-04T02:00:07.655Z'],
  ['8.7.0', '2026-09-02T02:00:10.021Z'],
  ['8.8.0', '2026-10-01T02:00:11.238Z'],
];

/** Notes to self, one every few days, the newest at `lastAt` (epoch milliseconds). */
export function addNotes(world: World, roomId: string, userId: string, lastAt: number): void {
  for (const [index, text] of notes.entries()) {
    const daysBefore = (notes.length - 1 - index) * 5.2;
    world.post({ roomId, userId, text, at: new Date(lastAt - Math.round(daysBefore * dayMs)).toISOString() });
  }
}

/** Rocket.Cat's update announcements. */
export function addReleases(world: World, roomId: string): void {
  for (const [version, at] of releases) {
    const link = `https://github.com/RocketChat/Rocket.Chat/releases/tag/${version}`;
    const text = `*Update your Rocket.Chat*\nNew version available (${version})\n${link}`;
    world.post({ roomId, userId: world.bot.id, text, at });
  }
}
