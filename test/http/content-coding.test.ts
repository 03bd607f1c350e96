import { describe, expect, it } from 'vitest';
import { acceptedCodings, readCodings } from '../../src/http/content-coding.ts';

describe('Accept-Encoding', () => {
  it('that is missing leaves a body as it is', () => {
    expect(acceptedCodings(undefined)).toEqual({ coding: undefined, plain: true });
  });

  it('is read once, unless it is longer than any client’s, and of the first 64', () => {
    const isKept = (header: string) => acceptedCodings(header) === acceptedCodings(header);
    const ofLength = (length: number) => 'gzip, '.padEnd(length, 'x');
    expect([ofLength(256), ofLength(257)].map(isKept)).toEqual([true, false]);
    const headers = Array.from({ length: 100 }, (_, index) => `gzip, x-${index}`);
    expect(headers.map((header) => acceptedCodings(header).coding)).toEqual(headers.map(() => 'gzip'));
    expect([isKept('gzip, x-0'), isKept('gzip, x-99')]).toEqual([true, false]);
  });

  it.each<[header: string, coding: string | undefined, plain: boolean]>([
    ['de gzip', undefined, true],
    ['gzip;xq=1', undefined, true],
    ['gzip;q=1.000', 'gzip', true],
    ['gzip;q=1.0000', undefined, true],
    ['gzip; q=0.5', 'gzip', true],
    ['', undefined, true],
    ['identity', undefined, true],
    ['gzip', 'gzip', true],
    ['GZip', 'gzip', true],
    ['x-gzip', 'gzip', true],
    ['gzip, deflate, br, zstd', 'zstd', true],
    ['gzip, deflate, br', 'br', true],
    ['deflate', undefined, true],
    ['zstd;q=0.5, br;q=0.9, gzip', 'gzip', true],
    ['br;q=0.9, zstd;q=0.9', 'zstd', true],
    ['br ; q=0.9 , gzip;q=0.901', 'gzip', true],
    ['zstd;q=0, br;q=0.0, gzip;q=0.000', undefined, true],
    ['*', 'zstd', true],
    ['*;q=0.5, zstd;q=0', 'br', true],
    ['gzip;q=0.2, *;q=0.1', 'gzip', true],
    ['*;q=0', undefined, false],
    ['*;q=0, gzip', 'gzip', false],
    ['*;q=0, identity', undefined, true],
    ['identity;q=0', undefined, false],
    ['identity;q=0, br', 'br', false],
    ['identity;q=1, gzip;q=0.5', undefined, true],
    ['identity;q=0.5, gzip;q=0.5', 'gzip', true],
    ['identity;q=0.1, gzip', 'gzip', true],
    ['gzip;q=0, gzip', 'gzip', true],
    ['gzip;q=1.001', undefined, true],
    ['gzip;q=2', undefined, true],
    ['gzip;q=-1', undefined, true],
    ['gzip;q=', undefined, true],
    ['gzip;level=9', undefined, true],
    ['gz ip, ;q=1, ,,br', 'br', true],
    ['__proto__, constructor', undefined, true],
    [`${'a,'.repeat(32)}gzip`, undefined, true],
  ])('%j', (header, coding, plain) => {
    expect(readCodings(header)).toEqual({ coding, plain });
  });
});
