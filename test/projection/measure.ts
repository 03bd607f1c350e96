import { messagesPage } from '../bench/workspace.ts';
import { textOf } from './compare.ts';
import { createCutter } from '../../src/projection/cutter.ts';
import { messages } from './programs.ts';

/**
 * `node test/projection/measure.ts`: the time to make the answers of 50 messages from an upstream body, by hand-written code
 * (JSON.parse, pick, JSON.stringify) and by both engines, in turns. Ratios only: times depend on the machine.
 */
const page = messagesPage(3, 0, 50);
const body = Buffer.from(JSON.stringify({ ...page, success: true }));
type Row = (typeof page.messages)[number];

const pick = (row: Row) => ({
  id: row._id,
  text: row.msg,
  sentAt: row.ts,
  updatedAt: row._updatedAt,
  editedAt: row.editedAt ?? null,
  systemType: null,
  isPinned: row.pinned === true,
  author: { userId: row.u._id, username: row.u.username, name: row.u.name },
  urls: row.urls.map(({ url, meta }) => ({ url, meta })),
  mentions: row.mentions.map(({ _id: userId, username, name }) => ({ userId, username, name })),
  markup: { tree: row.md },
});

const cutWith = (engine: 'wasm' | 'js') => {
  const cutter = createCutter(messages, engine);
  return () => `[${(cutter.cut(body)?.rows ?? []).map((row) => textOf(row) ?? '').join(',')}]`;
};

const byHand = () => JSON.stringify((JSON.parse(body.toString()) as typeof page).messages.map(pick));
const ways = { hand: byHand, wasm: cutWith('wasm'), js: cutWith('js') };

for (const [name, way] of Object.entries(ways)) if (way() !== byHand()) throw new Error(`${name} differs.`);

const rounds = 60;
const runs = 100;
const times = Object.fromEntries(Object.keys(ways).map((name) => [name, [] as number[]]));
for (let round = 0; round < rounds; round += 1) {
  for (const [name, way] of Object.entries(ways)) {
    const start = performance.now();
    for (let index = 0; index < runs; index += 1) way();
    times[name]?.push((performance.now() - start) / runs);
  }
}

const [hand, ...others] = Object.entries(times);
for (const [name, each] of others) {
  const ratios = each.map((time, round) => time / (hand?.[1][round] ?? 0)).toSorted((a, b) => a - b);
  const at = (part: number): string => (ratios[Math.floor(part * rounds)] ?? 0).toFixed(2);
  process.stdout.write(`${name} / by hand: ${at(0.5)} (${at(0.1)} to ${at(0.9)}), ${body.length} bytes\n`);
}
