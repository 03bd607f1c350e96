import { describe, expect, it } from 'vitest';
import { openDemo, roomOf } from './support.ts';

const EXTRA = 'must NOT have additional properties';
const NEEDS_ROOM = "must have required property 'roomId'";
const NEEDS_USER = "must have required property 'username'";
const ONE_OF = 'must match exactly one schema in oneOf';
const FLAG = 'must be equal to one of the allowed values';

/** Endpoint, query string (`R` is a room id), the message of the schema. */
const STRICT_IN_BOTH: readonly (readonly [string, string, string])[] = [
  ['dm.messages', '', `${NEEDS_ROOM}\n ${NEEDS_USER}\n ${ONE_OF}`],
  ['dm.messages', 'roomId=R&username=u', `${EXTRA}\n ${EXTRA}\n ${ONE_OF}`],
  ['dm.messages', 'roomId=R&foo=1', `${EXTRA}\n ${NEEDS_USER}\n ${ONE_OF}`],
  ['dm.messages', 'roomId=R&latest=x', `${EXTRA}\n ${NEEDS_USER}\n ${ONE_OF}`],
  ['dm.messages', 'username=u&foo=1', `${NEEDS_ROOM}\n ${EXTRA}\n ${ONE_OF}`],
  ['dm.messages', 'roomId=R&count=abc', `must be number\n ${NEEDS_USER}\n ${ONE_OF}`],
  ['dm.messages', 'roomId=R&count=', `must be number\n ${NEEDS_USER}\n ${ONE_OF}`],
  ['dm.messages', 'roomId=R&mentionIds[]=a&mentionIds[]=b', `must be string\n ${NEEDS_USER}\n ${ONE_OF}`],
  ['dm.messages', 'roomId=R&roomId=b', `must be string\n ${NEEDS_USER}\n ${ONE_OF}`],
  ['dm.history', '', NEEDS_ROOM],
  ['dm.history', 'username=u', NEEDS_ROOM],
  ['dm.history', 'roomId=', 'must NOT have fewer than 1 characters'],
  ['dm.history', 'roomId=R&latest=', 'must NOT have fewer than 1 characters'],
  ['dm.history', 'roomId=R&oldest=', 'must NOT have fewer than 1 characters'],
  ['dm.history', 'roomId=R&inclusive=yes', FLAG],
  ['dm.history', 'roomId=R&inclusive=TRUE', FLAG],
  ['dm.history', 'roomId=R&inclusive=', FLAG],
  ['dm.history', 'roomId=R&unreads=1', FLAG],
  ['dm.history', 'roomId=R&showThreadMessages=maybe', FLAG],
  ['dm.history', 'roomId=R&count=x', 'must be number'],
  ['dm.history', 'roomId=R&query={}', EXTRA],
  ['dm.history', 'roomId=R&fields={}', EXTRA],
  ['dm.history', 'roomId=R&username=u', EXTRA],
  ['dm.history', 'roomId=R&foo=1', EXTRA],
  ['dm.history', 'roomId=R&count=x&foo=1', EXTRA],
];

const STRICT_IN_R8: typeof STRICT_IN_BOTH = [
  ['im.counters', '', NEEDS_ROOM],
  ['im.counters', 'roomId=R&foo=1', EXTRA],
  ['im.counters', 'roomId=R&query={}', EXTRA],
  ['im.counters', 'roomId=R&fields={}', EXTRA],
  ['im.counters', 'roomId=R&roomId=b', 'must be string'],
  ['im.counters', 'roomId[x]=R', 'must be string'],
  ['chat.getMessageReadReceipts', '', "must have required property 'messageId'"],
  ['chat.getMessageReadReceipts', 'messageId=M&offset=0', EXTRA],
  ['chat.getMessageReadReceipts', 'messageId=M&count=5&offset=0', EXTRA],
  ['chat.getMessageReadReceipts', 'messageId[]=M', 'must be string'],
  ['chat.getMessageReadReceipts', 'messageId=M&messageId=M', 'must be string'],
];

const ACCEPTED_IN_R8: readonly (readonly [string, string])[] = [
  ['im.counters', 'roomId[]=R'],
  ['im.counters', 'roomId=R&userId='],
  ['dm.messages', 'roomId=R&count=-5'],
  ['dm.messages', 'roomId=R&count=0'],
  ['dm.messages', 'roomId=R&count=1.5'],
  ['dm.messages', 'roomId=R&count=1e2'],
  ['dm.messages', 'roomId=R&mentionIds=a,b'],
  ['dm.messages', 'roomId=R&mentionIds=["a","b"]'],
  ['dm.messages', 'roomId=R&pinned=1'],
  ['dm.messages', 'roomId=R&query={}'],
  ['dm.messages', 'roomId=R&fields={}'],
  ['dm.messages', 'roomId[]=R'],
  ['dm.history', 'roomId=R&latest=notadate'],
  ['dm.history', 'roomId=R&sort={"ts":1}'],
  ['dm.history', 'roomId=R&count=0'],
  ['dm.list.everyone', 'foo=1&query={}&fields={}'],
];

async function openRoom(dialect: 'R7' | 'R8') {
  const demo = await openDemo({ dialect });
  const room = roomOf(demo.world, 2);
  const [message] = demo.world.messagesOf(room._id);
  const fill = (query: string): string =>
    query.replaceAll(/(?<==)R\b/g, room._id).replaceAll(/(?<==)M\b/g, message?._id ?? '');
  return { ...demo, ask: (endpoint: string, query: string) => demo.get(`${endpoint}?${fill(query)}`) };
}

describe('query schemas of typed routes (R8)', () => {
  it.each([...STRICT_IN_BOTH, ...STRICT_IN_R8])('%s?%s is refused in plain words', async (endpoint, query, error) => {
    const { ask } = await openRoom('R8');
    const { status, body } = await ask(endpoint, query);
    expect(status).toBe(400);
    expect(body).toEqual({ success: false, errorType: 'error-invalid-params', error });
  });

  it.each(ACCEPTED_IN_R8)('%s?%s passes', async (endpoint, query) => {
    const demo = await openRoom('R8');
    demo.world.member.roles.push('admin');
    const { status, body } = await demo.ask(endpoint, query);
    expect(body).toMatchObject({ success: true });
    expect(status).toBe(200);
  });
});

describe('query schemas of untyped routes (R7)', () => {
  it.each(STRICT_IN_BOTH)('%s?%s is refused with a suffix', async (endpoint, query, error) => {
    const { ask } = await openRoom('R7');
    const { status, body } = await ask(endpoint, query);
    expect(status).toBe(400);
    expect(body).toEqual({ success: false, error: `${error} [invalid-params]`, errorType: 'invalid-params' });
  });

  it('im.counters and the receipts ignore parameters they do not know', async () => {
    const { ask } = await openRoom('R7');
    expect((await ask('im.counters', 'roomId=R&foo=1')).status).toBe(200);
    expect((await ask('chat.getMessageReadReceipts', 'messageId=M&offset=0&count=1')).status).toBe(200);
  });

  it('im.counters asks for its room by the name of the parameter', async () => {
    const { ask } = await openRoom('R7');
    const expected = {
      success: false,
      error: 'Query param "roomId" is required [error-room-param-not-provided]',
      errorType: 'error-room-param-not-provided',
    };
    expect((await ask('im.counters', '')).body).toEqual(expected);
    expect((await ask('im.counters', 'roomId=')).body).toEqual(expected);
  });

  it('im.counters does not find a room by two ids', async () => {
    const { ask } = await openRoom('R7');
    const { status, body } = await ask('im.counters', 'roomId=R&roomId=R');
    expect({ status, body }).toEqual({ status: 403, body: { success: false, error: 'unauthorized' } });
  });

  it('the receipts name their missing parameter', async () => {
    const { ask } = await openRoom('R7');
    const expected = { error: "The required 'messageId' param is missing.", success: false };
    expect((await ask('chat.getMessageReadReceipts', '')).body).toEqual(expected);
    expect((await ask('chat.getMessageReadReceipts', 'messageId=')).body).toEqual(expected);
  });
});

describe('parameters that only the handler refuses', () => {
  it('an empty room id passes the schemas of counters and messages', async () => {
    const { ask } = await openRoom('R8');
    expect((await ask('im.counters', 'roomId=')).body).toEqual({
      success: false,
      error: 'Query param "roomId" is required [error-room-param-not-provided]',
      errorType: 'error-room-param-not-provided',
    });
    for (const query of ['roomId=', 'username=']) {
      expect((await ask('dm.messages', query)).body).toEqual({
        success: false,
        error: 'Query param "roomId" or "username" is required [error-room-param-not-provided]',
        errorType: 'error-room-param-not-provided',
      });
    }
  });

  it('an empty message id is an unknown message', async () => {
    const { ask } = await openRoom('R8');
    expect((await ask('chat.getMessageReadReceipts', 'messageId=')).body).toEqual({
      success: false,
      error: 'Invalid message [error-invalid-message]',
      errorType: 'error-invalid-message',
      details: { method: 'getReadReceipts' },
    });
  });

  it('a list of more than 500 values is no query', async () => {
    const { get } = await openDemo();
    const { status, body } = await get(`me?${'a=1&'.repeat(501)}`);
    expect({ status, body }).toEqual({ status: 400, body: { success: false, error: 'Invalid query parameters' } });
  });
});
