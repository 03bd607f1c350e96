import { describe, expect, it } from 'vitest';
import { ResponseParser } from '../../../src/upstream/transport/response-parser.ts';
import { chunked, handlerOf, ok, read, sized, type Seen } from '../../support/read-response.ts';

describe('A response', () => {
  it.each<[string, string, string, boolean]>([
    ['with a length', `${sized(3)}abc`, 'abc', true],
    ['without a body', sized(0), '', true],
    ['in chunks', `${chunked}3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n`, 'abc0123456789', true],
    ['in chunks with extensions and blanks', `${chunked}3;a=b\r\nabc\r\n2 \t;c\r\nde\r\n000\r\n\r\n`, 'abcde', true],
    ['in chunks with trailers', `${chunked}1\r\na\r\n0\r\nx-a: b\r\nx-c:\r\n\r\n`, 'a', true],
    ['in no chunks', `${chunked}0\r\n\r\n`, '', true],
    ['whose coding is written large', `${ok}Transfer-Encoding: Chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`, 'a', true],
    ['that says to close', `${ok}Connection: Close\r\ncontent-length: 1\r\n\r\na`, 'a', false],
    ['that says so in a list', `${ok}connection: x , close\r\ncontent-length: 1\r\n\r\na`, 'a', false],
    ['that closes nothing', `${ok}connection: closed, keep-alive\r\ncontent-length: 1\r\n\r\na`, 'a', true],
    ['of HTTP/1.0', `HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\na`, 'a', false],
    ['without a reason', `HTTP/1.1 200\r\ncontent-length: 1\r\n\r\na`, 'a', true],
    ['with an empty reason', `HTTP/1.1 200 \r\ncontent-length: 1\r\n\r\na`, 'a', true],
    ['without content', `HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n`, '', true],
    ['without content, yet with a length', `HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n`, '', false],
    ['without content, yet in chunks', `HTTP/1.1 204 X\r\ntransfer-encoding: chunked\r\n\r\n`, '', false],
    ['not modified', `HTTP/1.1 304 Not Modified\r\n\r\n`, '', true],
  ])('%s is read, in whatever pieces it comes', (_what, text, body, reuse) => {
    const whole = read([text]);
    expect([whole.body, whole.reuse, whole.heads.length]).toEqual([body, reuse, 1]);
    expect(whole.fault).toBeUndefined();
    for (let at = 1; at < text.length; at += 1) expect(read([text.slice(0, at), text.slice(at)])).toEqual(whole);
    expect(read(Array.from(text))).toEqual(whole);
  });

  it.each([
    ['of a known length', sized(3)],
    ['that ends with the connection', `${ok}\r\n`],
  ])('%s is passed on in the pieces that came, none of which is empty', (_what, head) => {
    const lengths: number[] = [];
    const parser = new ResponseParser({ onHead() {}, onData: ({ length }) => void lengths.push(length), onEnd() {} });
    parser.expect(1);
    for (const piece of [head, 'ab', '', 'c']) expect(parser.read(Buffer.from(piece))).toBeUndefined();
    expect(lengths).toEqual([2, 1]);
  });

  it.each([`${sized(3)}abc`, `${chunked}3\r\nabc\r\n0\r\nx: y\r\n\r\n`])(
    'is read from the bytes that came, whatever stands behind them: %j',
    (text) => {
      for (let at = 0; at <= text.length; at += 1) {
        const seen: Seen = { heads: [], body: '', reuse: undefined, fault: undefined, isComplete: false };
        const parser = new ResponseParser(handlerOf(seen));
        parser.expect(1);
        for (const piece of [text.slice(0, at), text.slice(at)])
          expect(parser.read(Buffer.from(`${piece}\n\r\n\r\n${text}`), piece.length)).toBeUndefined();
        expect([seen.heads.length, seen.body, seen.reuse]).toEqual([1, 'abc', true]);
      }
    },
  );

  it('is whole only where its length is known and all of it comes at once', () => {
    const wholes = (...pieces: readonly string[]): boolean[] => {
      const found: boolean[] = [];
      const parser = new ResponseParser({ onHead() {}, onData: (_, isWhole) => void found.push(isWhole), onEnd() {} });
      parser.expect(1);
      for (const piece of pieces) parser.read(Buffer.from(piece));
      return found;
    };
    expect(wholes(`${sized(3)}abc`)).toEqual([true]);
    expect(wholes(sized(3), 'abc')).toEqual([true]);
    expect(wholes(`${sized(3)}a`, 'b', 'c')).toEqual([false, false, false]);
    expect(wholes(`${chunked}3\r\nabc\r\n0\r\n\r\n`)).toEqual([false]);
    expect(wholes(`${ok}\r\nabc`)).toEqual([false]);
  });

  it('with bytes behind it is read, and its connection used for no other', () => {
    expect(read([`${sized(1)}ab`])).toMatchObject({ body: 'a', reuse: false, fault: undefined });
    expect(read([`${sized(1)}a`, 'b'])).toMatchObject({ body: 'a', fault: 'bytes that nobody asked for' });
  });

  it('without a length ends with the connection, which is used for no other', () => {
    const open = read([`${ok}a: b\r\n\r\n`, 'ab', 'c']);
    expect([open.body, open.reuse, open.heads[0]?.length]).toEqual(['abc', undefined, undefined]);
    const ended = read([`${ok}a: b\r\n\r\n`, 'ab', 'c'], { ends: true });
    expect([ended.body, ended.reuse, ended.isComplete]).toEqual(['abc', false, true]);
  });

  it.each([
    ['before its head', []],
    ['in its head', [ok]],
    ['in its body', [`${sized(3)}ab`]],
    ['in a chunk', [`${chunked}3\r\nab`]],
    ['between chunks', [`${chunked}2\r\nab\r\n`]],
    ['before the last line', [`${chunked}0\r\n`]],
  ])('is not complete when the connection ends %s', (_where, pieces) => {
    expect(read(pieces, { ends: true })).toMatchObject({ isComplete: false, reuse: undefined, fault: undefined });
  });

  it('has its headers in lower case, without blanks around them, and several of one name as a list', () => {
    const { heads } = read([
      `HTTP/1.1 404 Not Found\r\nX-A:1\r\nx-b: \t two words \t\r\nx-a: 2\r\nx-c:\r\ncontent-length: 7\r\n\r\n`,
    ]);
    expect(heads).toEqual([
      { status: 404, headers: { 'x-a': '1, 2', 'x-b': 'two words', 'x-c': '', 'content-length': '7' }, length: 7 },
    ]);
  });

  it.each([
    ['the same value', 'x-a: 1', 'x-a: 1', { 'x-a': '1' }],
    ['a longer value', 'x-a: 1', 'x-a: 12', { 'x-a': '12' }],
    ['another name in its place', 'x-a: 1', 'x-b: 1', { 'x-b': '1' }],
    ['the line further down', 'x-a: 1', 'x-b: 2\r\nx-a: 1', { 'x-b': '2', 'x-a': '1' }],
    ['the line twice', 'x-a: 1', 'x-a: 1\r\nx-a: 1', { 'x-a': '1, 1' }],
    ['less', 'x-a: 1\r\nx-b: 2', 'x-b: 2', { 'x-b': '2' }],
  ])('has its own headers when it has %s after another head', (_what, before, after, headers) => {
    for (const last of ['', '\r\nlast: 1']) {
      read([`${ok}${before}${last}\r\n\r\n`]);
      const { heads } = read([`${ok}${after}${last}\r\n\r\n`]);
      expect(heads[0]?.headers).toEqual({ ...headers, ...(last !== '' && { last: '1' }) });
    }
  });

  it('may have any number of names', () => {
    const names = Array.from({ length: 300 }, (_, index) => `X-${index}`);
    const sent = `${ok}${names.map((name) => `${name}: a`).join('\r\n')}\r\ncontent-length: 0\r\n\r\n`;
    for (let time = 0; time < 2; time += 1) {
      const { heads } = read([sent]);
      expect(Object.keys(heads[0]?.headers ?? {})).toEqual([
        ...names.map((name) => name.toLowerCase()),
        'content-length',
      ]);
    }
  });

  it('has no header that it was not sent, whatever the names', () => {
    const { heads } = read([`${ok}constructor: a\r\n__proto__: b\r\ncontent-length: 0\r\n\r\n`]);
    expect(Object.entries(heads[0]?.headers ?? {})).toEqual([
      ['constructor', 'a'],
      ['__proto__', 'b'],
      ['content-length', '0'],
    ]);
  });

  it('follows interim responses, which are none', () => {
    const interim = 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n';
    const seen = read([`${interim}${sized(1)}a`]);
    expect([seen.heads.map(({ status }) => status), seen.body, seen.reuse]).toEqual([[200], 'a', true]);
  });

  it('may follow another on the same connection, and is expected then', () => {
    const seen: Seen = { heads: [], body: '', reuse: undefined, fault: undefined, isComplete: false };
    const parser = new ResponseParser(handlerOf(seen));
    expect(parser.read(Buffer.from(`${sized(1)}a`))).toBe('bytes that nobody asked for');
    const reused = new ResponseParser(handlerOf(seen));
    read([`${chunked}1\r\na\r\n0\r\nx: y\r\n\r\n`], { parser: reused });
    expect(seen.reuse).toBe(true);
    read([`${sized(2)}bc`], { parser: reused });
    expect([seen.body, seen.heads.length, reused.end()]).toEqual(['abc', 2, false]);
    expect(reused.read(Buffer.from('HTTP/1.1'))).toBe('bytes that nobody asked for');
  });
});

/** What becomes of responses that come in pieces of this many bytes. */
function readAll(text: string, { count, size }: { count: number; size: number }) {
  const ends: [body: string, mayBeReused: boolean][] = [];
  const seen: Seen = { heads: [], body: '', reuse: undefined, fault: undefined, isComplete: false };
  const onEnd = (mayBeReused: boolean) => {
    ends.push([seen.body, mayBeReused]);
    seen.body = '';
  };
  const parser = new ResponseParser({ ...handlerOf(seen), onEnd });
  parser.expect(count);
  let fault: string | undefined;
  for (let at = 0; at < text.length; at += size) fault ??= parser.read(Buffer.from(text.slice(at, at + size)));
  return { ends, fault };
}

describe('Several responses that are expected', () => {
  const chunkedBody = `${chunked}2\r\nbc\r\n0\r\n\r\n`;
  const sizes = [1, 2, 7, 50, 1000];

  it.each(sizes)('are read one behind the other, in pieces of %i bytes', (size) => {
    const { ends, fault } = readAll(`${sized(1)}a${chunkedBody}${sized(0)}${sized(1)}d`, { count: 4, size });
    expect(ends).toEqual([
      ['a', true],
      ['bc', true],
      ['', true],
      ['d', true],
    ]);
    expect(fault).toBeUndefined();
  });

  it.each(sizes)('end with one that ends the connection, in pieces of %i bytes', (size) => {
    const last = `${ok}connection: close\r\ncontent-length: 1\r\n\r\nb`;
    const { ends } = readAll(`${sized(1)}a${last}${sized(1)}c`, { count: 3, size });
    expect(ends).toEqual([
      ['a', true],
      ['b', false],
    ]);
  });

  it('are as many as expected: what comes behind the last belongs to nobody', () => {
    const { ends } = readAll(`${sized(1)}a${sized(1)}b${sized(1)}c`, { count: 2, size: 1000 });
    expect(ends).toEqual([
      ['a', true],
      ['b', false],
    ]);
    expect(readAll(`${sized(1)}a${sized(1)}b${sized(1)}c`, { count: 2, size: 1 }).fault).toBe(
      'bytes that nobody asked for',
    );
  });

  it('are as many as come: one without a length takes all that follows, and ends with the connection', () => {
    const { ends, fault } = readAll(`${sized(1)}a${ok}\r\n${sized(1)}c`, { count: 3, size: 1000 });
    expect([ends, fault]).toEqual([[['a', true]], undefined]);
  });
});

const faultOf = (...pieces: string[]) => read(pieces).fault;
const noHead = 'no head of HTTP/1.1';
const noCoding = 'a transfer encoding that is not understood';
const noLength = 'a length that is none';
const noTrailer = 'a trailer that is none';

describe('What is no response', () => {
  it.each([
    ['HTTP/2 200 OK\r\n\r\n', 'no HTTP/1.1'],
    ['\u0015\u0003\u0001', 'no HTTP/1.1'],
    ['<html>', 'no HTTP/1.1'],
    ['\r\nHTTP/1.1 200 OK\r\n\r\n', 'no HTTP/1.1'],
    ['HTTP/1.2 200 OK\r\n\r\n', noHead],
    ['HTTP/1.1  200 OK\r\n\r\n', noHead],
    ['HTTP/1.1 099 No\r\n\r\n', noHead],
    ['HTTP/1.1 2000 OK\r\n\r\n', noHead],
    ['HTTP/1.1 20 OK\r\n\r\n', noHead],
    ['HTTP/1.1 200OK\r\n\r\n', noHead],
    [`${ok}no header\r\n\r\n`, noHead],
    [`${ok}header\r\n\r\n`, noHead],
    [`${ok}header\r\nx: y\r\n\r\n`, noHead],
    [`${ok}: nameless\r\n\r\n`, noHead],
    [`${ok}a : b\r\n\r\n`, noHead],
    [`${ok}a: b\r\n folded: c\r\n\r\n`, noHead],
    [`${ok}a: b\nc: d\r\n\r\n`, noHead],
    [`${ok}a: b\rc: d\r\n\r\n`, noHead],
    [`${ok}a: \0\r\n\r\n`, noHead],
    ['HTTP/1.1 200 O\nK\r\n\r\n', noHead],
    ['HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n', 'another protocol'],
    [`${ok}transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n`, noCoding],
    [`${ok}transfer-encoding: gzip, chunked\r\n\r\n`, noCoding],
    [`${ok}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n`, noCoding],
    [`${ok}transfer-encoding: identity\r\n\r\n`, noCoding],
    ['HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', noCoding],
    [sized('5, 5'), noLength],
    [`${ok}content-length: 5\r\ncontent-length: 5\r\n\r\n`, noLength],
    [sized('-1'), noLength],
    [sized('+1'), noLength],
    [sized('1x'), noLength],
    [sized(''), noLength],
    [sized('1'.repeat(16)), noLength],
    [`${chunked}\r\n`, 'a chunk without a size'],
    [`${chunked}-1\r\n`, 'a chunk without a size'],
    [`${chunked}0x1\r\n`, 'a chunk without a size'],
    [`${chunked}123456789\r\n`, 'a chunk without a size'],
    [`${chunked}1 1\r\n`, 'a chunk without a size'],
    [`${chunked}1;a\nb\r\n`, 'a chunk without a size'],
    [`${chunked}1\r\nab\r\n`, 'no end of a line or head within 2 bytes'],
    [`${chunked}1\r\na\n0\r\n\r\n`, 'no end of a line or head within 2 bytes'],
    [`${chunked}0\r\nno trailer\r\n\r\n`, noTrailer],
    [`${chunked}0\r\na: b\nc: d\r\n\r\n`, noTrailer],
  ])('is refused: %j', (text, fault) => {
    expect([faultOf(text), faultOf(...Array.from(text)) !== undefined]).toEqual([fault, true]);
  });

  it('is a head of more than 16 KiB, and none of just as much', () => {
    const headOf = (bytes: number) => `${ok}a: `.padEnd(bytes - 4, 'x') + '\r\n\r\n';
    const tooLong = 'no end of a line or head within 16384 bytes';
    expect([headOf(16_384).length, faultOf(headOf(16_384)), faultOf(headOf(16_385))]).toEqual([
      16_384,
      undefined,
      tooLong,
    ]);
    const endless = headOf(20_000).slice(0, 16_384);
    expect([faultOf(endless.slice(0, 16_383)), faultOf(endless), faultOf(endless.slice(0, 10), endless)]).toEqual([
      undefined,
      tooLong,
      tooLong,
    ]);
  });

  it('is a response with more than 16 KiB of trailers, and none with just as many', () => {
    const trailers = (bytes: number) => `${chunked}0\r\n${`${'a: '.padEnd(1022, 'x')}\r\n`.repeat(bytes / 1024)}`;
    expect([faultOf(trailers(16_384)), faultOf(`${trailers(16_384)}a:\r\n`)]).toEqual([undefined, noTrailer]);
    const { reuse } = read([`${trailers(16_384)}\r\n`]);
    expect(reuse).toBe(true);
  });
});
