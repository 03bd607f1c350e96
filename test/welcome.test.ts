import { expect, it } from 'vitest';
import { parse, validate } from 'graphql';
import { createSchema } from '../src/schema/executable.ts';
import { welcome } from '../src/welcome.ts';

const options = {
  version: '1.2.3',
  workspaceUrl: 'https://chat.example.com',
  url: 'http://localhost:4000',
  hasExplorer: true,
  takesAnyQuery: true,
};

it('the welcome offers what the gateway has: an explorer, and a query where any may run', () => {
  expect(welcome(options)).toMatch(/1\.2\.3 .*https:\/\/chat\.example\.com\n[^]*Explorer[^]*curl/);
  expect(welcome({ ...options, hasExplorer: false })).not.toMatch(/Explorer|Sandbox/);
  expect(welcome({ ...options, takesAnyQuery: false })).not.toContain('curl');
});

it('the query to paste is valid', () => {
  const [, body = ''] = /-d '(.*)'/.exec(welcome(options)) ?? [];
  expect(validate(createSchema(), parse((JSON.parse(body) as { query: string }).query))).toEqual([]);
});
