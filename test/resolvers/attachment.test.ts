import { describe, expect, it } from 'vitest';
import { Attachment } from '../../src/resolvers/attachment.ts';
import { resolveField } from '../support/resolve.ts';

type Json = Record<string, unknown>;
const read = (name: string) => (attachment: Json) => resolveField(Attachment, name, attachment);

describe('The kind of an attachment', () => {
  it.each<[string, Json]>([
    ['REMOVED_FILE', { type: 'removed-file', image_url: '/i.png' }],
    ['IMAGE', { type: 'file', image_url: '/i.png', text: 'a word' }],
    ['AUDIO', { type: 'file', audio_url: '/a.mp3' }],
    ['VIDEO', { type: 'file', video_url: '/v.mp4' }],
    ['FILE', { type: 'file', title_link: '/f.pdf', message_link: '/m' }],
    ['IMAGE', { image_url: '/i.png', audio_url: '/a.mp3', video_url: '/v.mp4' }],
    ['AUDIO', { audio_url: '/a.mp3', video_url: '/v.mp4' }],
    ['QUOTE', { message_link: '/m', image_url: '/i.png', actions: [] }],
    ['ACTIONS', { actions: [], text: 'choose', image_url: '/i.png' }],
    ['CARD', { actions: 'none' }],
    ['CARD', { message_link: 7 }],
    ['CARD', { image_url: 7 }],
    ['CARD', {}],
  ])('the kind is %s for %j', (kind, attachment) => expect(read('kind')(attachment)).toBe(kind));

  it.each(['text', 'fields', 'pretext', 'author_name'])(
    'is that of a card, picture or not, where it has %s',
    (name) => {
      expect(read('kind')({ image_url: '/i.png', [name]: '' })).toBe('CARD');
      expect(read('kind')({ image_url: '/i.png', [`${name}s`]: '' })).toBe('IMAGE');
    },
  );
});

describe('Of several values that an attachment may have, the first is shown', () => {
  it.each([
    ['url', ['title_link', 'image_url', 'audio_url', 'video_url']],
    ['mimeType', ['image_type', 'audio_type', 'video_type']],
    ['size', ['size', 'image_size', 'audio_size', 'video_size']],
  ])('the first value present is returned as %s: %j', (name, keys) => {
    const valueOf = (key: string) => (name === 'size' ? keys.indexOf(key) : key);
    for (const [index] of keys.entries()) {
      const left = keys.slice(index);
      const attachment = Object.fromEntries([
        ...keys.slice(0, index).map((key) => [key, {}]),
        ...left.toReversed().map((key) => [key, valueOf(key)]),
      ]) as Json;
      expect(read(name)(attachment)).toBe(valueOf(left[0] ?? ''));
    }
    expect(read(name)({})).toBeNull();
  });
});

describe('A part of an attachment', () => {
  it.each([
    ['title', 'title'],
    ['description', 'description'],
    ['text', 'text'],
    ['authorName', 'author_name'],
    ['messageLink', 'message_link'],
  ])('the field %s is %s if that is a string, else null', (name, key) => {
    expect(read(name)({ [key]: '' })).toBe('');
    expect([7, {}, null, ['a']].map((value) => read(name)({ [key]: value }))).toEqual([null, null, null, null]);
    expect(read(name)({})).toBeNull();
  });

  it('nested attachments are the objects among upstream’s', () => {
    expect(read('attachments')({ attachments: [{ text: 'a' }, 'b', null, [], { text: 'c' }] })).toEqual([
      { text: 'a' },
      { text: 'c' },
    ]);
    expect(read('attachments')({})).toEqual([]);
    expect(read('json')({ odd: [1] })).toEqual({ odd: [1] });
  });
});
