import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { SearchAllowance, type PageSearch, type Payer } from '../../src/loaders/search-allowance.ts';

/** An allowance of so many calls, and pages that take what they are told to and end when they are told to. */
function open(calls: number, payer?: Payer) {
  const allowance = new SearchAllowance();
  allowance.open(calls, payer);
  const log: string[] = [];
  const begin = (name: string) => {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    let search: PageSearch | undefined;
    const page = allowance.page(name, async (given) => {
      search = given;
      await ended;
      return name;
    });
    const note = (outcome: string) => void log.push(`${name} ${outcome}`);
    return {
      page,
      take: (times = 1) => {
        for (let time = 0; time < times; time += 1) {
          search?.take().then(
            () => note('took'),
            (error: unknown) => note(error instanceof GatewayError ? error.code : String(error)),
          );
        }
        return settled();
      },
      async end() {
        end();
        await page;
        await settled();
      },
    };
  };
  const told = () => log.splice(0);
  return { allowance, begin, told };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const times = (count: number, text: string): string[] => Array.from({ length: count }, () => text);

describe('a request’s allowance for searches', () => {
  it('is all that its pages may take beyond their price, and not one call more', async () => {
    const { begin, told } = open(3);
    const page = begin('a');
    await page.take(5);
    expect(told()).toEqual([...times(3, 'a took'), ...times(2, 'a QUERY_TOO_COMPLEX')]);
  });

  it('is none before it is opened', async () => {
    const { begin, told } = open(0);
    await begin('a').take();
    expect(told()).toEqual(['a QUERY_TOO_COMPLEX']);
  });

  it('L12: is kept for the page that began first, and what it does not need goes to the next', async () => {
    const { begin, told } = open(20);
    const [a, b, c] = [begin('a'), begin('b'), begin('c')];
    await a.take();
    await b.take();
    await c.take();
    expect(told()).toEqual(['a took', 'b took', 'c took']); // 17 left, 8 of them for each of the first two
    await c.take(2);
    expect(told()).toEqual(['c took']); // the other one waits
    await b.take(8);
    expect(told()).toEqual(times(8, 'b took')); // 8 left, all for the first
    await b.take(2);
    expect(told()).toEqual([]);
    await a.take(3);
    expect(told()).toEqual(times(3, 'a took'));
    await a.end();
    expect(told()).toEqual(times(2, 'b took')); // 3 left: none for the third as long as the second may need them
    await b.end();
    expect(told()).toEqual(['c took']);
    await c.take(3);
    expect(told()).toEqual([...times(2, 'c took'), 'c QUERY_TOO_COMPLEX']);
  });

  it('refuses all who wait when nothing is left', async () => {
    const { begin, told } = open(9);
    const [a, b] = [begin('a'), begin('b')];
    await a.take();
    await b.take();
    expect(told()).toEqual(['a took']);
    await a.take(8);
    expect(told().toSorted()).toEqual([...times(8, 'a took'), 'b QUERY_TOO_COMPLEX']);
  });

  it('lets a field of a page that has ended take a call for itself, for which nothing is kept any longer', async () => {
    const { allowance, begin, told } = open(11);
    const ended: PageSearch[] = [];
    await allowance.page('ended', async (search) => void ended.push(search));
    const ofField = () => ended[0]?.take().then(() => 'took');
    const [a, b] = [begin('a'), begin('b')];
    await a.take();
    expect(await ofField()).toBe('took');
    await b.take();
    expect(told()).toEqual(['a took', 'b took']); // 8 left, and two pages that may need them
    const waits = ofField();
    await a.end();
    await b.take();
    expect(told()).toEqual(['b took']);
    await b.end();
    expect(await waits).toBe('took');
  });

  it('grants nothing once the request is answered or given up, and takes nothing from the caller for it', async () => {
    const taken: number[] = [];
    const { allowance, begin, told } = open(9, { take: (calls) => taken.push(calls) > 0 });
    const [a, b] = [begin('a'), begin('b')];
    await a.take();
    await b.take(2); // they wait
    allowance.close(new GatewayError('UPSTREAM_TIMEOUT', 'The request took longer than it may.'));
    allowance.close(new GatewayError('UPSTREAM_UNAVAILABLE', 'The request has been answered.'));
    await b.take();
    await a.take();
    await a.end();
    expect(told()).toEqual(['a took', ...times(3, 'b UPSTREAM_TIMEOUT'), 'a UPSTREAM_TIMEOUT']);
    expect(taken).toEqual([8]);
  });

  it('is kept for nobody who has ended, in success or not, or takes nothing', async () => {
    const { allowance, begin, told } = open(2);
    begin('idle');
    const failing = allowance.page('failing', async (search) => {
      await search.take();
      throw new Error('no page');
    });
    await expect(failing).rejects.toThrow('no page');
    await begin('a').take();
    expect(told()).toEqual(['a took']);
  });

  it('M4: reads a page once, whoever asks for it and however often, and again fails as it failed', async () => {
    const { allowance } = open(0);
    let reads = 0;
    const read = async () => {
      reads += 1;
      return reads;
    };
    expect(
      await Promise.all([allowance.page('a', read), allowance.page('a', read), allowance.page('b', read)]),
    ).toEqual([1, 1, 2]);
    const fail = () => Promise.reject(new Error(`read ${(reads += 1)}`));
    for (let time = 0; time < 2; time += 1) await expect(allowance.page('c', fail)).rejects.toThrow('read 3');
  });
});

describe('who pays for it', () => {
  const account = (level: number) => {
    const taken: number[] = [];
    const take = (calls: number) => {
      if (calls > level) return false;
      level -= calls;
      taken.push(calls);
      return true;
    };
    return { taken, payer: { take } };
  };

  it('pays nothing before a search begins, then what is kept for it, and never more than the allowance', async () => {
    const { taken, payer } = account(100);
    const { begin, told } = open(20, payer);
    const [a, b, c] = [begin('a'), begin('b'), begin('c')];
    expect(taken).toEqual([]);
    await a.take();
    expect(taken).toEqual([8]);
    await b.take();
    expect(taken).toEqual([8, 9]); // 7 of the first are left
    await c.take();
    expect(taken).toEqual([8, 9, 3]);
    await a.take(20);
    expect(told().filter((line) => line.endsWith('took'))).toHaveLength(20);
    expect(taken.reduce((sum, calls) => sum + calls)).toBe(20);
  });

  it('costs a search that begins without enough an error that says when to come back, and no other', async () => {
    const { taken, payer } = account(9);
    const { allowance, begin, told } = open(40, payer);
    const [a, b] = [begin('a'), begin('b')];
    await a.take(9);
    expect([told(), taken]).toEqual([times(9, 'a took'), [8, 1]]);
    await b.take();
    expect(told()).toEqual(['b RATE_LIMITED']);
    const refused = allowance.page('c', (search) => search.take());
    await expect(refused).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      extensions: { retryAfterSeconds: 1 },
      detail: 'allowance used up',
    });
  });
});
