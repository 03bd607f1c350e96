import { expect, it } from 'vitest';
import { parse, validate } from 'graphql';
import { pageLines } from '../src/http/listening.ts';
import { createSchema } from '../src/schema/executable.ts';
import { welcome } from '../src/welcome.ts';

const options = {
  version: '1.2.3',
  workspaceUrl: 'https://chat.example.com',
  url: 'http://localhost:4000',
  pages: pageLines('http://localhost:4000', 'all', 11),
  takesAnyQuery: true,
} as const;

it('the welcome offers what the gateway has: an explorer, and a query where any may run', () => {
  expect(welcome(options)).toMatch(/1\.2\.3 .*https:\/\/chat\.example\.com\n[^]*Explorer[^]*curl/);
  expect(welcome({ ...options, pages: pageLines(options.url, 'without-offline-explorer', 11) })).toMatch(
    /Explorer +http:\/\/localhost:4000\/graphql +/,
  );
  expect(welcome({ ...options, pages: pageLines(options.url, 'without-offline-explorer', 11) })).not.toContain(
    '/explorer',
  );
  expect(welcome({ ...options, pages: pageLines(options.url, 'none', 11) })).not.toMatch(/Explorer|Sandbox|Inbox/);
  expect(welcome({ ...options, takesAnyQuery: false })).not.toContain('curl');
});

it('the query to paste is valid', () => {
  const [, body = ''] = /-d '(.*)'/.exec(welcome(options)) ?? [];
  expect(validate(createSchema(), parse((JSON.parse(body) as { query: string }).query))).toEqual([]);
});
