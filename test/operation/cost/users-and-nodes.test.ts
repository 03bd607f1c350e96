import { describe, expect, it } from 'vitest';
import { costOf } from '../../support/cost-of.ts';

describe('Users whom messages mention', () => {
  const authors = 'nodes { author { user { name } } }';
  const room = (selection: string) => `{ directMessage(id: "r") { ${selection} } }`;

  it.each<[what: string, query: string, price: Record<string, number>]>([
    ['of whom only the id is asked cost nothing', room(`messages { nodes { author { user { id __typename } } } }`), {}],
    ['of one message cost one call each', '{ message(id: "m") { author { user { name } } } }', { 'users.info': 1 }],
    ['cost no less beside their ids', '{ message(id: "m") { author { user { id name } } } }', { 'users.info': 1 }],
    ['of a page are read as members of the room', room(`messages(first: 5) { ${authors} }`), { 'im.members': 1 }],
    [
      'of several lists of a room are read together',
      room(`messages(first: 5) { ${authors} } history(first: 5) { nodes { pinnedBy { user { status } } } }`),
      { 'im.members': 1 },
    ],
    [
      'of two messages of a room are read together',
      room(`first: messages(first: 1) { ${authors} } last: messages(last: 1) { ${authors} }`),
      { 'im.members': 1 },
    ],
    [
      'cost nothing beside the members',
      room(`members { nodes { name } } messages(first: 5) { ${authors} }`),
      { 'im.members': 1 },
    ],
    [
      'cost one call each beside an empty page of members',
      room(`members(first: 0) { nodes { name } } messages(first: 1) { ${authors} }`),
      { 'users.info': 1 },
    ],
    [
      'of the last messages of rooms cost one call each',
      '{ viewer { directMessages(first: 9) { nodes { lastMessage { author { user { name } } } } } } }',
      { 'users.info': 9 },
    ],
    [
      'of pages of rooms are read as members of each room',
      `{ viewer { directMessages(first: 3) { nodes { messages(first: 5) { ${authors} } } } } }`,
      { 'im.members': 3 },
    ],
    [
      'of pages of other people’s rooms cost one call each, as upstream does not list the members',
      `{ directMessages(first: 3) { nodes { messages(first: 5) { ${authors} } } } }`,
      { 'users.info': 15 },
    ],
    [
      'of several rooms by id are read as members of each room',
      `{ a: directMessage(id: "a") { messages(first: 5) { ${authors} } } b: directMessage(id: "b") { messages(first: 5) { ${authors} } } }`,
      { 'im.members': 2 },
    ],
    [
      'of two lists of rooms are read in each of these rooms',
      `{ viewer { a: directMessages(first: 1) { nodes { messages(first: 5) { ${authors} } } } b: directMessages(last: 1) { nodes { messages(first: 5) { ${authors} } } } } }`,
      { 'im.members': 2 },
    ],
    [
      'who read a message cost nothing but for their status',
      '{ readReceipts(messageId: "m", first: 5) { nodes { user { id username name avatarUrl } } } }',
      {},
    ],
    [
      'who read a message are members of its room',
      '{ readReceipts(messageId: "m", first: 5) { nodes { user { status } } } }',
      { 'im.members': 1 },
    ],
    [
      'that other subgraphs refer to cost one call each',
      '{ _entities(representations: [{ __typename: "User", id: "a" }, { __typename: "User", id: "b" }]) { ... on User { name status } } }',
      { 'users.info': 2 },
    ],
  ])('users %s', (_what, query, price) => {
    const { byEndpoint } = costOf(query);
    const ofUsers = Object.entries(byEndpoint).filter(([endpoint]) => ['im.members', 'users.info'].includes(endpoint));
    expect(Object.fromEntries(ofUsers)).toEqual(price);
  });

  it('users may take calls beyond the price: they can have left the room', () => {
    expect(costOf('{ message(id: "m") { author { user { name } } } }').spareCalls).toBe(20);
    expect(costOf('{ message(id: "m") { author { user { id } } } }').spareCalls).toBe(0);
  });
});

describe('Objects by id alone', () => {
  it.each<[what: string, selection: string, price: Record<string, number>]>([
    ['of no type are looked for', 'id', { 'chat.getMessage': 1, 'subscriptions.get': 1, 'users.info': 1 }],
    [
      'of two types are looked for, and cost the fields of each',
      '... on User { name } ... on DirectMessage { topic }',
      { 'chat.getMessage': 1, 'rooms.info': 1, 'subscriptions.get': 1, 'users.info': 1 },
    ],
    ['of users cost the user', '... on User { name }', { 'users.info': 1 }],
    ['of users cost the user, in a fragment of a fragment', '... on Node { ...{ ...F } }', { 'users.info': 1 }],
    ['of messages cost the message and its room', '... on Message { text }', { 'chat.getMessage': 1, 'rooms.info': 1 }],
    ['of known rooms cost nothing', '... on DirectMessage { id }', {}],
    [
      'of known rooms cost their fields',
      '... on DirectMessage { topic title }',
      { 'rooms.info': 1, 'subscriptions.get': 1 },
    ],
    [
      'are of the types that their conditions let in',
      '... on User { name } ... on Message @include(if: false) { text }',
      { 'users.info': 1 },
    ],
  ])('objects %s', (_what, selection, price) => {
    const fragment = selection.includes('...F') ? 'fragment F on User { name }' : '';
    expect(costOf(`{ node(id: "x") { ${selection} } } ${fragment}`).byEndpoint).toEqual(price);
  });
});

describe('Threads', () => {
  it.each<[what: string, query: string, price: Record<string, number>]>([
    [
      'the id of what a reply replies to costs nothing',
      'messages(first: 5) { nodes { threadRoot { id } } }',
      { 'dm.messages': 1 },
    ],
    [
      'what a reply replies to costs one call each',
      'messages(first: 5) { nodes { threadRoot { id text } } }',
      { 'chat.getMessage': 5, 'dm.messages': 1 },
    ],
    [
      'replies cost one call for each thread',
      'messages(first: 5) { nodes { thread { replies(first: 3) { nodes { text } } } } }',
      { 'chat.getThreadMessages': 5, 'dm.messages': 1 },
    ],
    [
      'what the replies of a thread reply to costs one call for each thread',
      'messages(first: 5) { nodes { thread { replies(first: 9) { nodes { threadRoot { text } } edges { node { threadRoot { updatedAt } } } } } } }',
      { 'chat.getMessage': 5, 'chat.getThreadMessages': 5, 'dm.messages': 1 },
    ],
    [
      'and so do its receipts, and its author',
      'messages(first: 1) { nodes { thread { replies(first: 9) { nodes { threadRoot { author { user { name } } readReceipts(first: 1) { totalCount } } } } } } }',
      {
        'chat.getMessage': 1,
        'chat.getMessageReadReceipts': 1,
        'chat.getThreadMessages': 1,
        'dm.messages': 1,
        'users.info': 1,
      },
    ],
    [
      'what is asked of each reply costs one call each',
      'messages(first: 2) { nodes { thread { replies(first: 3) { nodes { readReceipts(first: 1) { totalCount } } } } } }',
      { 'chat.getMessageReadReceipts': 6, 'chat.getThreadMessages': 2, 'dm.messages': 1 },
    ],
    [
      'replies that nobody asks for cost nothing',
      'messages(first: 5) { nodes { thread { replyCount replies(first: 0) { nodes { text } } } } }',
      { 'dm.messages': 1 },
    ],
  ])('%s', (_what, selection, price) => {
    expect(costOf(`{ directMessage(id: "r") { ${selection} } }`).byEndpoint).toEqual(price);
  });
});
