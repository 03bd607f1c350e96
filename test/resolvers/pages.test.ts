import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { SearchAllowance } from '../../src/loaders/search-allowance.ts';
import { drivePager, inPlace } from '../../src/resolvers/pages.ts';
import { explainForbidden } from '../../src/resolvers/permission.ts';

interface Window {
  readonly offset: number;
}

/** A pager that reads these windows in turn, and returns what it was told. */
function* pagerOf(...windows: readonly Window[]): Generator<Window, string[], string> {
  const told: string[] = [];
  for (const window of windows) {
    try {
      told.push(yield window);
    } catch (error) {
      told.push((error as Error).message);
    }
  }
  return told;
}

const load = (window: Window, reading: number): Promise<string> =>
  window.offset < 0 ? Promise.reject(new Error('broken')) : Promise.resolve(`${window.offset}/${reading}`);

const search = (calls: number): SearchAllowance => {
  const allowance = new SearchAllowance();
  allowance.open(calls, undefined);
  return allowance;
};

describe('A pager is driven', () => {
  it('through its windows, each reading of the same one counted', async () => {
    const windows = [{ offset: 0 }, { offset: 5 }, { offset: 0 }, { offset: 0 }];
    const read = { key: 'a', includedCalls: 4, search: search(0) };
    expect(await drivePager(pagerOf(...windows), load, String, read)).toEqual({
      page: ['0/0', '5/0', '0/1', '0/2'],
      calls: 4,
    });
  });

  it('with the calls of its price, and then with those of the search allowance', async () => {
    const windows = [{ offset: 0 }, { offset: 1 }, { offset: 2 }, { offset: 3 }];
    const drive = (includedCalls: number, left: number) =>
      drivePager(pagerOf(...windows), load, String, { key: 'a', includedCalls, search: search(left) });
    const refused = expect.stringContaining('no calls left') as string;
    expect(await drive(2, 2)).toEqual({ page: ['0/0', '1/0', '2/0', '3/0'], calls: 4 });
    expect(await drive(2, 1)).toEqual({ page: ['0/0', '1/0', '2/0', refused], calls: 3 });
    expect(await drive(0, 0)).toEqual({ page: [refused, refused, refused, refused], calls: 0 });
  });

  it('on after a call that failed, which counts', async () => {
    const read = { key: 'a', includedCalls: 2, search: search(0) };
    const { page, calls } = await drivePager(pagerOf({ offset: 0 }, { offset: -1 }), load, String, read);
    expect([page, calls]).toEqual([['0/0', 'broken'], 2]);
  });

  it('once for equal keys of a request, and again for others', async () => {
    const allowance = search(0);
    const drive = (key: string) =>
      drivePager(pagerOf({ offset: 0 }), load, String, { key, includedCalls: 1, search: allowance });
    const [first, second, other] = [drive('a'), drive('a'), drive('b')];
    expect(second).toBe(first);
    expect(other).not.toBe(first);
    expect((await other).page).toEqual(['0/0']);
  });
});

describe('Rows in their places', () => {
  it('have the place of the stored row, also where the gateway leaves the row out', () => {
    const stored = [{ _id: 'a' }, undefined, { _id: 'c' }];
    const rows = ['row a', undefined, undefined];
    const { rows: kept, placeAt } = inPlace({ rows, storedAt: (index) => stored[index] }, ({ _id }) => ({
      key: _id.length,
      id: _id,
    }));
    expect(kept).toBe(rows);
    expect([placeAt(0), placeAt(1), placeAt(2), placeAt(3)]).toEqual([
      { key: 1, id: 'a' },
      undefined,
      { key: 1, id: 'c' },
      undefined,
    ]);
  });
});

describe('A refusal that names the missing permission', () => {
  const explained = (error: Error) => explainForbidden(Promise.reject(error), 'You need that permission.');

  it('takes the place of FORBIDDEN alone, and keeps its detail for the log', async () => {
    await expect(explained(new GatewayError('FORBIDDEN', 'No.', { detail: 'HTTP 403' }))).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: 'You need that permission.',
      detail: 'HTTP 403',
    });
    const plain = await explained(new GatewayError('FORBIDDEN', 'No.')).catch((error: unknown) => error);
    expect((plain as GatewayError).detail).toBeUndefined();
  });

  it('changes no other error, and no answer', async () => {
    const missing = new GatewayError('NOT_FOUND', 'None.');
    await expect(explained(missing)).rejects.toBe(missing);
    const bug = new TypeError('a mistake of ours');
    await expect(explained(bug)).rejects.toBe(bug);
    expect(await explainForbidden(Promise.resolve(5), 'No.')).toBe(5);
  });
});
