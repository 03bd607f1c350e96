import { describe, expect, it } from 'vitest';
import {
  ChannelMention,
  isEncrypted,
  Message,
  MessageEncryption,
  MessageFile,
  MessageUrl,
  Reaction,
  Thread,
  UserMention,
} from '../../src/resolvers/message.ts';
import { UserReference } from '../../src/resolvers/parents.ts';
import { MessageUser } from '../../src/resolvers/user.ts';
import { resolveField } from '../support/resolve.ts';

type Json = Record<string, unknown>;
const viewer = { viewerId: 'me' };
const message = (fields: Json): Json => ({
  _id: 'm1',
  rid: 'r1',
  ts: '2026-01-02T03:04:05.678Z',
  u: { _id: 'u1' },
  ...fields,
});
const show = (name: string, fields: Json): unknown => resolveField(Message, name, message(fields), viewer);

describe('A field of a message', () => {
  it.each<[name: string, fields: Json, value: unknown]>([
    ['id', {}, 'm1'],
    ['roomId', {}, 'r1'],
    ['sentAt', {}, '2026-01-02T03:04:05.678Z'],
    ['author', {}, { user: { _id: 'u1' }, roomId: 'r1' }],
    ['text', { msg: 'hello' }, 'hello'],
    ['text', { msg: 7 }, ''],
    ['text', { msg: 'cipher', t: 'e2e' }, ''],
    ['markup', { md: [] }, { tree: [] }],
    ['markup', { md: {} }, null],
    ['directMessage', {}, { _id: 'r1' }],
    ['isBot', { bot: true }, true],
    ['isBot', { bot: {} }, true],
    ['isBot', { bot: false }, false],
    ['isBot', { bot: 'yes' }, false],
    ['isBot', { bot: null }, false],
    ['isDeleted', { t: 'rm' }, true],
    ['isDeleted', { t: 'rmx' }, false],
    ['systemType', { t: 'uj' }, 'uj'],
    ['isPinned', { pinned: true }, true],
    ['isPinned', { pinned: false }, false],
    ['isPinned', { pinned: 'true' }, false],
    ['isGroupable', { groupable: false }, false],
    ['isGroupable', { groupable: 'false' }, null],
    ['isUnreadBySomeone', { unread: true }, true],
    ['isUnreadBySomeone', {}, null],
    ['thread', { tcount: 0 }, null],
    ['thread', { tcount: '2' }, null],
    ['thread', {}, null],
    ['threadRootId', { tmid: 'm0' }, 'm0'],
    ['threadRootId', { tmid: '' }, null],
    ['isShownInRoom', { tmid: 'm0' }, false],
    ['isShownInRoom', { tmid: 'm0', tshow: true }, true],
    ['isShownInRoom', { tmid: 'm0', tshow: 'true' }, false],
    ['isShownInRoom', { tmid: '', tshow: true }, null],
    ['isShownInRoom', { tshow: true }, null],
    ['editedBy', { editedBy: { _id: 'u2', username: 'x' } }, { user: { _id: 'u2', username: 'x' }, roomId: 'r1' }],
    ['editedBy', { editedBy: { username: 'x' } }, null],
    ['editedBy', { editedBy: { _id: '' } }, null],
    ['pinnedBy', { pinnedBy: { _id: 7 } }, null],
    ['pinnedBy', { pinnedBy: 'u2' }, null],
    ['pinnedBy', { pinnedBy: { _id: 'u2' } }, { user: { _id: 'u2' }, roomId: 'r1' }],
    ['editedAt', { editedAt: 'yesterday' }, null],
    ['editedAt', { editedAt: '2026-01-02T03:04:05.678Z' }, '2026-01-02T03:04:05.678Z'],
    ['updatedAt', { _updatedAt: 1_767_322_800_000 }, null],
    ['updatedAt', { _updatedAt: '2026-01-02T03:04:05.678Z' }, '2026-01-02T03:04:05.678Z'],
    ['pinnedAt', { pinnedAt: '2026-01-02T03:04:05.678Z' }, '2026-01-02T03:04:05.678Z'],
    [
      'urls',
      { urls: [{ url: 'https://a.example' }, { meta: {} }, { url: 7 }, 'https://b.example', { url: '' }] },
      [{ url: 'https://a.example' }, { url: '' }],
    ],
    ['urls', { urls: { url: 'x' } }, []],
    ['mentions', { mentions: [{ _id: 'u2' }, null, 'all'] }, [{ mention: { _id: 'u2' }, roomId: 'r1' }]],
    ['channelMentions', { channels: [{ _id: 'c1' }, 7] }, [{ _id: 'c1' }]],
    ['attachments', { attachments: [{ text: 'a' }, 'b'] }, [{ text: 'a' }]],
    ['attachments', { attachments: null }, []],
    [
      'reactions',
      {
        reactions: {
          ':+1:': { usernames: ['a', 7, 'b'] },
          ':x:': { usernames: 'a' },
          ':y:': null,
          ':z:': { usernames: [] },
        },
      },
      [
        { emoji: ':+1:', usernames: ['a', 'b'] },
        { emoji: ':z:', usernames: [] },
      ],
    ],
    ['reactions', { reactions: [] }, []],
    ['files', { files: [{ _id: 'f1' }, { name: 'no id' }, { _id: '' }, 'f2'], file: { _id: 'f3' } }, [{ _id: 'f1' }]],
    ['files', { file: { _id: 'f3' } }, [{ _id: 'f3' }]],
    ['files', { file: { name: 'no id' } }, []],
    ['files', { files: [], file: { _id: 'f3' } }, []],
    ['files', { files: {}, file: 'f3' }, []],
    ['files', {}, []],
    ['isStarred', { starred: [{ _id: 'other' }] }, false],
    ['isStarred', { starred: [{ _id: 'other' }, { _id: 'me' }] }, true],
    ['isStarred', { starred: ['me'] }, false],
    ['isStarred', {}, false],
    ['location', { location: { type: 'Point' } }, { type: 'Point' }],
    ['location', {}, null],
    ['customFields', { customFields: false }, false],
    ['customFields', {}, null],
    ['blocks', { blocks: [] }, []],
    ['blocks', {}, null],
    ['encryption', { msg: 'cipher' }, null],
    ['alias', { alias: 7 }, null],
    ['alias', { alias: 'Bot' }, 'Bot'],
    ['avatarUrl', { avatar: '/a.png' }, '/a.png'],
    ['emoji', { emoji: ':x:' }, ':x:'],
  ])('%s of %j is %j', (name, fields, value) => expect(show(name, fields)).toEqual(value));

  it('`thread` and `encryption` resolve to the message itself', () => {
    const [withThread, encrypted] = [message({ tcount: 1 }), message({ t: 'e2e' })];
    expect(resolveField(Message, 'thread', withThread, viewer)).toBe(withThread);
    expect(resolveField(Message, 'encryption', encrypted, viewer)).toBe(encrypted);
    expect([encrypted, withThread].map((each) => isEncrypted(each as never))).toEqual([true, false]);
  });
});

const parts = { ChannelMention, MessageEncryption, MessageFile, MessageUrl, Reaction, Thread };

describe('A part of a message', () => {
  it.each<[type: keyof typeof parts, name: string, fields: Json, value: unknown]>([
    ['MessageUrl', 'url', { url: 'https://a.example' }, 'https://a.example'],
    ['MessageUrl', 'meta', {}, null],
    ['MessageUrl', 'meta', { meta: { pageTitle: 'A' } }, { pageTitle: 'A' }],
    ['ChannelMention', 'roomId', { _id: 7 }, null],
    ['ChannelMention', 'roomId', { _id: 'c1' }, 'c1'],
    ['ChannelMention', 'name', { name: 'general' }, 'general'],
    ['Reaction', 'emoji', { emoji: ':x:', usernames: ['a'] }, ':x:'],
    ['Reaction', 'usernames', { emoji: ':x:', usernames: ['a'] }, ['a']],
    ['Reaction', 'count', { emoji: ':x:', usernames: ['a', 'b'] }, 2],
    ['MessageFile', 'mimeType', { type: 'text/plain' }, 'text/plain'],
    ['MessageFile', 'size', { size: 1.5 }, null],
    ['MessageFile', 'size', { size: 0 }, 0],
    ['MessageFile', 'id', { _id: 'f1' }, 'f1'],
    ['MessageFile', 'name', {}, null],
    ['MessageFile', 'name', { name: 'a.txt' }, 'a.txt'],
    ['Thread', 'replyCount', { tcount: 3 }, 3],
    ['Thread', 'lastReplyAt', { tlm: 'soon' }, null],
    ['Thread', 'lastReplyAt', { tlm: '2026-01-02T03:04:05.678Z' }, '2026-01-02T03:04:05.678Z'],
    ['Thread', 'followerIds', { replies: ['u1', 7, 'u2'] }, ['u1', 'u2']],
    ['Thread', 'followerIds', {}, []],
    ['MessageEncryption', 'status', { e2e: 'done' }, 'done'],
    ['MessageEncryption', 'algorithm', { content: { algorithm: 'rc.v1' } }, 'rc.v1'],
    ['MessageEncryption', 'algorithm', {}, null],
    ['MessageEncryption', 'content', { content: { algorithm: 'rc.v1' }, msg: 'old' }, { algorithm: 'rc.v1' }],
    ['MessageEncryption', 'content', { msg: 'old' }, 'old'],
    ['MessageEncryption', 'content', { msg: '' }, null],
    ['MessageEncryption', 'content', { msg: 7 }, null],
  ])('%s.%s of %j is %j', (type, name, fields, value) =>
    expect(resolveField(parts[type], name, fields)).toEqual(value),
  );
});

describe('A mention', () => {
  it.each<[mention: Json, fields: Json]>([
    [
      { _id: 'u2', username: 'a', name: 'A' },
      { kind: 'USER', userId: 'u2', username: 'a', name: 'A' },
    ],
    [
      { _id: 'u2', type: 'user', fname: 'Full' },
      { kind: 'USER', userId: 'u2', username: null, name: 'Full' },
    ],
    [
      { _id: 't1', type: 'team', name: 'N', fname: 'Full' },
      { kind: 'TEAM', userId: 't1', username: null, name: 'N' },
    ],
    [
      { _id: 'all', username: 'all' },
      { kind: 'ALL', userId: null, username: 'all', name: null },
    ],
    [
      { _id: 'here', type: 'user' },
      { kind: 'HERE', userId: null, username: null, name: null },
    ],
    [
      { _id: '', username: 7 },
      { kind: 'USER', userId: null, username: null, name: null },
    ],
    [{ type: 'channel' }, { kind: 'USER', userId: null, username: null, name: null }],
  ])('%j tells %j', (mention, fields) => {
    const parent = { mention, roomId: 'r1' };
    const shown = Object.keys(fields).map((name) => [name, resolveField(UserMention, name, parent)]);
    expect(Object.fromEntries(shown)).toEqual(fields);
    const user = fields['kind'] === 'USER' && fields['userId'] !== null ? new UserReference('u2', 'r1') : null;
    expect(resolveField(UserMention, 'user', parent)).toEqual(user);
  });
});

describe('A user whom a message recorded', () => {
  it.each<[user: Json, username: unknown, name: unknown]>([
    [{ _id: 'u2', username: 'a', name: 'A' }, 'a', 'A'],
    [{ _id: 'u2', username: 7, name: null }, null, null],
  ])('%j has the username %j and the name %j', (user, username, name) => {
    const parent = { user, roomId: 'r1' };
    const shown = ['userId', 'username', 'name', 'user'].map((field) => resolveField(MessageUser, field, parent));
    expect(shown).toEqual(['u2', username, name, new UserReference('u2', 'r1')]);
  });
});
