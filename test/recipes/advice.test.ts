import { expect, it } from 'vitest';
import { errorCodes } from '../../src/errors.ts';
import { adviceOn } from './advice.ts';

it('the advice on every error code is what its description says', () => {
  const kindOf = (code: string) => adviceOn({ message: '', extensions: { code } }).kind;
  for (const [code, { again }] of Object.entries(errorCodes))
    expect([code, kindOf(code) === 'retry']).toEqual([code, /^(?:after|with growing)/.test(again)]);
  expect(Object.keys(errorCodes).filter((code) => kindOf(code) === 'sign in')).toEqual(['UNAUTHENTICATED']);
  expect(Object.keys(errorCodes).filter((code) => kindOf(code) === 'hide')).toEqual(['FORBIDDEN', 'NOT_FOUND']);
});

it('a hint when to retry comes before all else, and an error without a code is reported', () => {
  const extensions = { code: 'RATE_LIMITED', retryAfterSeconds: 7 };
  expect(adviceOn({ message: '', extensions })).toEqual({ kind: 'wait', seconds: 7 });
  expect(adviceOn({ message: '' })).toEqual({ kind: 'report' });
});
