import { describe, expect, it } from 'vitest';
import { planPage, type PageArgs } from '../../src/pagination/args.ts';

describe('page arguments', () => {
  it.each<[string, PageArgs, object]>([
    ['none: twenty from the front', {}, { size: 20, isBackward: false, cursor: undefined }],
    ['first', { first: 5 }, { size: 5, isBackward: false }],
    [
      'first and after',
      { first: 100, after: 'c' },
      { size: 100, isBackward: false, cursor: 'c', cursorArgument: 'after' },
    ],
    ['after alone', { after: 'c' }, { size: 20, cursor: 'c' }],
    ['first: 0', { first: 0 }, { size: 0 }],
    ['last and before', { last: 1, before: 'c' }, { size: 1, isBackward: true, cursor: 'c', cursorArgument: 'before' }],
    [
      'forward as Relay sends it, the others null',
      { first: 5, after: null, last: null, before: null },
      { size: 5, isBackward: false },
    ],
    [
      'backward as Relay sends it, the others null',
      { first: null, after: null, last: 5, before: 'c' },
      { size: 5, isBackward: true },
    ],
    ['last alone', { last: 3 }, { size: 3, isBackward: true, cursor: undefined }],
    ['last: null alone counts as left out', { last: null }, { size: 20, isBackward: false }],
  ])('%s', (_name, args, plan) => {
    expect(planPage(args)).toMatchObject(plan);
  });

  it.each<[string, PageArgs, string]>([
    ['first below 0', { first: -1 }, '`first` is -1: give 0 to 100.'],
    ['first above 100', { first: 101 }, '`first` is 101: give 0 to 100.'],
    ['last of 0', { last: 0 }, '`last` is 0: give 1 to 100.'],
    ['last above 100', { last: 101 }, '`last` is 101: give 1 to 100.'],
    ['both', { first: 1, last: 1 }, 'Give `first` or `last`, not both.'],
    ['last with after', { last: 1, after: 'c' }, '`after` goes with `first`; with `last`, give `before`.'],
    ['first with before', { first: 1, before: 'c' }, '`before` goes with `last`; with `first`, give `after`.'],
    ['before alone', { before: 'c' }, '`before` goes with `last`; with `first`, give `after`.'],
    ['first: null alone', { first: null }, '`first` is null: give 0 to 100, or omit it for 20.'],
  ])('%s is rejected with advice', (_name, args, message) => {
    expect(() => planPage(args)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT', message }));
  });
});
