import { between, createRandom, idOf } from '../ids.ts';
import type { Message } from '../types.ts';
import type { World } from '../world.ts';
import { actions, audio, card, document, image, linkMeta, quote, removedFile, video } from './attachments.ts';
import { hourMs, minuteMs } from './durations.ts';
import { shapeId, type ShapeName } from './shape-ids.ts';

interface Talk {
  readonly world: World;
  readonly roomId: string;
  /** The member's user id. */
  readonly me: string;
  readonly other: string;
  /** The next moment, some minutes later; skips nights. */
  readonly next: () => string;
  readonly say: (name: ShapeName, userId: string, text: string, fields?: Record<string, unknown>) => Message;
}

/** Moments from `start` on, a few minutes apart, between 7:40 and 16:30 UTC. */
function moments(start: string): () => string {
  const random = createRandom(`moments ${start}`);
  let ms = Date.parse(start);
  return () => {
    ms += between(random, 3 * minuteMs, 26 * minuteMs);
    const { hour, minute } = { hour: new Date(ms).getUTCHours(), minute: new Date(ms).getUTCMinutes() };
    const isLate = hour * 60 + minute > 16 * 60 + 30;
    if (isLate) ms = ms - (ms % (24 * hourMs)) + 31 * hourMs + between(random, 40 * minuteMs, hourMs);
    return new Date(ms).toISOString();
  };
}

function tellText({ say, me, other, next, world }: Talk): void {
  say('plain', other, 'Morning Maya! The new launch page is ready for a first look.');
  say('bigEmoji', me, ':tada: :heart_eyes:');
  say(
    'richMarkup',
    other,
    [
      '## Launch page',
      '*Status:* _almost_ there, ~two~ one section left. ||Surprise at the end||',
      '- hero and pricing are done',
      '- `BookingCard` needs [the new icons](https://design.northlight.example/icons)',
      '',
      '1. copy',
      '2. images',
      '- [x] mobile layout',
      '- [ ] dark theme',
      '> “Less is more” (Carla)',
      '```css',
      '.hero { padding: 4rem; }',
      '```',
    ].join('\n'),
  );
  say('unknownMarkup', other, 'Launch is on <t:1793610000:F>', {
    md: [
      {
        type: 'PARAGRAPH',
        value: [
          { type: 'PLAIN_TEXT', value: 'Launch is on ' },
          {
            type: 'HOLOGRAM',
            value: { depth: 2, text: { type: 'PLAIN_TEXT', value: 'Tuesday, 3 November 2026' } },
            fallback: { type: 'PLAIN_TEXT', value: '<t:1793610000:F>' },
          },
        ],
      },
    ],
  });
  const at = next();
  say('sameMomentA', me, 'Wonderful', { at });
  say('sameMomentB', other, 'Wait, let me check the time zone', { at });
  say('edited', me, 'Two thoughts on the hero: shorter headline');
  say('editedCopy', me, 'Two thoughts on the hero: shorter headlin', {
    parent: shapeId('edited'),
    _hidden: true,
    editedAt: next(),
    editedBy: { _id: other, username: world.account(other)?.username },
  });
  world.edit(shapeId('edited'), 'Two thoughts on the hero: a shorter headline, and the photo from Lisbon.', next());
  say('hidden', other, 'Never mind, found it', { _hidden: true });
}

function tellThread({ say, me, other, world, next }: Talk): void {
  say('threadRoot', other, 'Which headline do you prefer? Answers in the thread please :slight_smile:');
  say('threadReply', me, '“Every room, one calendar.”', { tmid: shapeId('threadRoot') });
  say('threadReplyShown', other, 'Same here, so that’s settled.', { tmid: shapeId('threadRoot'), tshow: true });
  say('reacted', me, 'The illustrations are a joy to look at!');
  world.react(shapeId('reacted'), other, ':heart:', next());
  world.react(shapeId('reacted'), me, ':heart:', next());
  world.react(shapeId('reacted'), other, ':sunflower:', next());
  say('starredByMember', other, 'Staging login: launch / ask me for the password');
  world.star(shapeId('starredByMember'), other, next());
  world.star(shapeId('starredByMember'), me, next());
  say('starredByOther', me, 'Press kit goes to Rosa by Wednesday.');
  world.star(shapeId('starredByOther'), other, next());
  say('pinned', me, 'Launch checklist: https://docs.northlight.example/launch');
  world.pin(shapeId('pinned'), me, next());
  say('unpinned', other, 'Old checklist, please ignore: https://docs.northlight.example/launch-2025');
  world.pin(shapeId('unpinned'), other, next());
  world.unpin(shapeId('unpinned'), next());
}

function tellFiles({ say, me, other, roomId, world }: Talk): void {
  say('image', other, '', image('launch-hero-v3.png', 482_113, 'Hero, third iteration'));
  say('audio', me, '', audio('voice-note-headline.mp3', 96_412));
  say('video', other, 'Quick walk through the animation:', video('scroll-animation.mp4', 7_340_288));
  say('genericFile', me, '', document('Photo licence Lisbon.pdf', 214_880));
  say('removedFile', other, '', removedFile);
  const quoted = world.message(shapeId('reacted'));
  const inner = quote({ id: quoted._id, roomId, author: 'maya.lindqvist', text: quoted.msg ?? '', ts: quoted.ts });
  const link = `[ ](https://chat.northlight.example/direct/${roomId}?msg=${quoted._id})`;
  const answer = say('quote', other, `${link} Thank you! Noor drew them.`, { attachments: [inner], urls: [] });
  const outer = quote({
    id: answer._id,
    roomId,
    author: 'priya.raman',
    text: 'Thank you! Noor drew them.',
    ts: answer.ts,
    attachments: [inner],
  });
  say('nestedQuote', me, `[ ](https://chat.northlight.example/direct/${roomId}?msg=${answer._id}) I’ll tell her!`, {
    attachments: [outer],
    urls: [],
  });
  say('actions', other, '', { ...actions, bot: { i: idOf('integration deploy') }, alias: 'Deploy' });
  say('card', other, '', { ...card, bot: { i: idOf('integration pipeline') }, alias: 'Pipeline' });
}

function tellReferences({ say, me, other, world, next }: Talk): void {
  say('linkWithMeta', me, `Draft of the announcement: ${linkMeta.url}`, { urls: [linkMeta] });
  say('linkWithoutMeta', other, 'And the icons: https://design.northlight.example/icons');
  say('mention', me, '@priya.raman @noor.haddad could one of you export them at double size?');
  say('mentionOfMember', other, '@maya.lindqvist done, they are in the folder.');
  say('mentionAll', other, '@all the folder moves to the new drive tonight');
  say('channelMention', me, 'I’ll announce it in #general tomorrow.');
  say('removed', other, 'Wrong window, sorry', { md: undefined });
  world.remove(shapeId('removed'), { showStatus: true, at: next() });
  say('removedThreadRoot', me, 'Should we add a video?');
  say('noReceipts', other, 'Let’s see after the launch.', { tmid: shapeId('removedThreadRoot') });
  world.remove(shapeId('removedThreadRoot'), { at: next() });
}

/** System messages, and messages of integrations. */
function tellSystem({ say, me, other }: Talk): void {
  say('topicChanged', other, 'Launch on 3 November', { t: 'room_changed_topic', groupable: false });
  say('userJoined', other, 'priya.raman', { t: 'uj', groupable: false });
  say('videoconf', me, '', {
    t: 'videoconf',
    groupable: false,
    blocks: [{ type: 'video_conf', blockId: idOf('block'), callId: idOf('call'), appId: 'videoconf-core-app' }],
  });
  say('alias', other, 'Lighthouse score of the launch page: 98', {
    alias: 'Page watch',
    avatar: 'https://ci.northlight.example/avatars/watch.png',
    emoji: ':telescope:',
    groupable: false,
    bot: { i: idOf('integration watch') },
    parseUrls: false,
  });
  say('bot', other, 'Nightly link check: no broken links.', { bot: { i: idOf('integration links') } });
}

function tellExtras({ say, me, other }: Talk): void {
  say('location', other, '', { location: { type: 'Point', coordinates: [-9.1393, 38.7223] } });
  say('customFields', me, 'Photographer is booked.', { customFields: { project: 'launch', priority: 2 } });
  say('blocks', other, 'Poll: when do we celebrate?', {
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: '*When do we celebrate?*' } },
      {
        type: 'actions',
        elements: [{ type: 'button', actionId: 'thu', text: { type: 'plain_text', text: 'Thursday' } }],
      },
    ],
  });
  say('translated', other, 'Das Banner ist fertig.', {
    translations: { en: 'The banner is finished.', original: 'Das Banner ist fertig.' },
    translationProvider: 'deepl-translate',
  });
  const bare = { urls: undefined, mentions: undefined, channels: undefined, md: undefined };
  say('legacy', other, 'Imported from the old chat: welcome to the launch room', {
    ...bare,
    _updatedAt: undefined,
    imported: true,
  });
  say('noText', me, '', { ...bare, msg: undefined });
  say('unnamedAuthor', other, 'Bridge is up again', { u: { _id: other } });
  say('deletedReader', me, 'Final copy is approved by everybody, thank you all!');
}

/** The story of a launch page, with one message of each shape except the encrypted one. */
export function addShapes(world: World, roomId: string, otherId: string): void {
  const next = moments('2026-10-27T07:40:00.000Z');
  const talk: Talk = {
    world,
    roomId,
    me: world.member.id,
    other: otherId,
    next,
    say: (name, userId, text, fields = {}) =>
      world.post({ roomId, userId, text, at: next(), id: shapeId(name), ...fields }),
  };
  tellText(talk);
  tellThread(talk);
  tellFiles(talk);
  tellReferences(talk);
  tellSystem(talk);
  tellExtras(talk);
}
