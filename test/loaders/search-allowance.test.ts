import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { SearchAllowance, type PageSearch, type Payer } from '../../src/loaders/search-allowance.ts';

/** An allowance of this many calls, and pages that take calls and end on demand. */
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
  const events = () => log.splice(0);
  return { allowance, begin, events };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const times = (count: number, text: string): string[] => Array.from({ length: count }, () => text);

describe('SearchAllowance', () => {
  it('grants the calls it was opened with, and not one more', async () => {
    const { begin, events } = open(3);
    const page = begin('a');
    await page.take(5);
    expect(events()).toEqual([...times(3, 'a took'), ...times(2, 'a QUERY_TOO_COMPLEX')]);
  });

  it.each([
    ['without a payer', undefined],
    ['whose payer has nothing', { take: () => false }],
  ])('answers a hundred thousand searches at once, %s', async (_what, payer) => {
    const allowance = new SearchAllowance();
    allowance.open(20, payer);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100_000 }, (_, index) => allowance.page(`user ${index}`, (search) => search.take())),
    );
    // If each of them went over all others, this would take minutes.
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBe(payer === undefined ? 20 : 0);
  });

  it('grants nothing before it is opened', async () => {
    const { begin, events } = open(0);
    await begin('a').take();
    expect(events()).toEqual(['a QUERY_TOO_COMPLEX']);
  });

  it('L12: reserves calls for the page that began first, and gives the next page what that does not need', async () => {
    const { begin, events } = open(20);
    const [a, b, c] = [begin('a'), begin('b'), begin('c')];
    await a.take();
    await b.take();
    await c.take();
    expect(events()).toEqual(['a took', 'b took', 'c took']); // 17 left, 8 of them reserved for each of the first two
    await c.take(2);
    expect(events()).toEqual(['c took']); // the second one waits
    await b.take(8);
    expect(events()).toEqual(times(8, 'b took')); // 8 left, all reserved for the first
    await b.take(2);
    expect(events()).toEqual([]);
    await a.take(3);
    expect(events()).toEqual(times(3, 'a took'));
    await a.end();
    expect(events()).toEqual(times(2, 'b took')); // 3 left, reserved for the second
    await b.end();
    expect(events()).toEqual(['c took']);
    await c.take(3);
    expect(events()).toEqual([...times(2, 'c took'), 'c QUERY_TOO_COMPLEX']);
  });

  it('refuses all waiting calls when nothing is left', async () => {
    const { begin, events } = open(9);
    const [a, b] = [begin('a'), begin('b')];
    await a.take();
    await b.take();
    expect(events()).toEqual(['a took']);
    await a.take(8);
    expect(events().toSorted()).toEqual([...times(8, 'a took'), 'b QUERY_TOO_COMPLEX']);
  });

  it('refuses a new page at once if those before it wait for all that is left, and has it wait otherwise', async () => {
    const { begin, events } = open(9);
    const [a, b, c, d] = [begin('a'), begin('b'), begin('c'), begin('d')];
    await a.take();
    await b.take(7);
    await c.take();
    expect(events()).toEqual(['a took']); // 8 left, reserved for the first; one of them for the third, perhaps
    await d.take();
    await b.take();
    expect(events()).toEqual(['d QUERY_TOO_COMPLEX']);
    await a.end();
    expect(events()).toEqual([...times(8, 'b took'), 'c QUERY_TOO_COMPLEX']);
  });

  it('says by one error, however often, that nothing is left', async () => {
    const { allowance } = open(0);
    const errors = await Promise.all(
      ['a', 'b'].map((name) => allowance.page(name, (search) => search.take()).catch((error: unknown) => error)),
    );
    expect(errors[0]).toBe(errors[1]);
    expect(errors[0]).toMatchObject({
      code: 'QUERY_TOO_COMPLEX',
      message: expect.stringMatching(/^This request has no calls left .*: request fewer at a time\.$/) as string,
      detail: 'search allowance used up',
    });
  });

  it('grants calls to fields of a page that has ended, for which it reserves nothing', async () => {
    const { allowance, begin, events } = open(11);
    const ended: PageSearch[] = [];
    await allowance.page('ended', async (search) => void ended.push(search));
    const ofField = () => ended[0]?.take().then(() => 'took');
    const [a, b] = [begin('a'), begin('b')];
    await a.take();
    expect(await ofField()).toBe('took');
    await b.take();
    expect(events()).toEqual(['a took', 'b took']); // 8 left, reserved for two pages
    const waits = ofField();
    await a.end();
    await b.take();
    expect(events()).toEqual(['b took']);
    await b.end();
    expect(await waits).toBe('took');
  });

  it('grants nothing and charges nothing once the request is answered or cancelled', async () => {
    const taken: number[] = [];
    const { allowance, begin, events } = open(9, { take: (calls) => taken.push(calls) > 0 });
    const [a, b] = [begin('a'), begin('b')];
    await a.take();
    await b.take(2); // they wait
    allowance.close(new GatewayError('UPSTREAM_TIMEOUT', 'The request took longer than it may.'));
    allowance.close(new GatewayError('UPSTREAM_UNAVAILABLE', 'The request has been answered.'));
    await settled();
    expect(events()).toEqual(['a took', ...times(2, 'b UPSTREAM_TIMEOUT')]);
    await b.take();
    await a.take();
    await begin('c').take();
    await a.end();
    expect(events()).toEqual(['b UPSTREAM_TIMEOUT', 'a UPSTREAM_TIMEOUT', 'c UPSTREAM_TIMEOUT']);
    expect(taken).toEqual([8]);
  });

  it('reserves nothing for pages that have ended or take nothing', async () => {
    const { allowance, begin, events } = open(2);
    begin('idle');
    const failing = allowance.page('failing', async (search) => {
      await search.take();
      throw new Error('no page');
    });
    await expect(failing).rejects.toThrow('no page');
    await begin('a').take();
    expect(events()).toEqual(['a took']);
  });

  it('M4: reads a page once per request, and repeats its failure', async () => {
    const { allowance } = open(0);
    let reads = 0;
    const read = async () => {
      reads += 1;
      return reads;
    };
    expect(
      await Promise.all([allowance.page('a', read), allowance.page('a', read), allowance.page('b', read)]),
    ).toEqual([1, 1, 2]);
    expect(allowance.saved).toEqual({ joined: 1, bulk: 0 });
    const fail = () => Promise.reject(new Error(`read ${(reads += 1)}`));
    for (let time = 0; time < 2; time += 1) await expect(allowance.page('c', fail)).rejects.toThrow('read 3');
  });
});

describe('the payer of a SearchAllowance', () => {
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

  it('pays nothing before a search begins, then what it reserves, and never more than the allowance', async () => {
    const { taken, payer } = account(100);
    const { begin, events } = open(20, payer);
    const [a, b, c] = [begin('a'), begin('b'), begin('c')];
    expect(taken).toEqual([]);
    await a.take();
    expect(taken).toEqual([8]);
    await b.take();
    expect(taken).toEqual([8, 9]); // 7 of the first are left
    await c.take();
    expect(taken).toEqual([8, 9, 3]);
    await a.take(20);
    expect(events().filter((line) => line.endsWith('took'))).toHaveLength(20);
    expect(taken.reduce((sum, calls) => sum + calls)).toBe(20);
  });

  it('refuses only the search that it cannot pay for, and says when to retry', async () => {
    const { taken, payer } = account(9);
    const { allowance, begin, events } = open(40, payer);
    const [a, b] = [begin('a'), begin('b')];
    await a.take(9);
    expect([events(), taken]).toEqual([times(9, 'a took'), [8, 1]]);
    await b.take();
    expect(events()).toEqual(['b RATE_LIMITED']);
    const refused = allowance.page('c', (search) => search.take());
    await expect(refused).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      message: expect.stringMatching(/^The caller’s allowance has no calls left .* list that has changed\.$/) as string,
      extensions: { retryAfterSeconds: 1 },
      detail: 'allowance used up',
    });
  });
});
