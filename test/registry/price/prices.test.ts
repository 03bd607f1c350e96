import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { asObject } from '../../../src/json.ts';
import { docsPage, readme } from '../../support/docs.ts';
import { startTestGateway } from '../../support/gateway.ts';
import { pages, priceProject } from '../../support/price-project.ts';

describe('The price command compares with prices.json', () => {
  it('an operation that got dearer fails, with both prices; --write accepts it', () => {
    const { price, write, read } = priceProject({ 'src/a.graphql': pages('A', 2) });
    expect(price('--write').exitCode).toBe(0);
    expect(JSON.parse(read('prices.json'))).toEqual({ A: { 'dm.messages': 2, 'im.list': 1 } });
    expect(price()).toEqual({
      exitCode: 0,
      output: 'A (src/a.graphql:1): 3 calls: dm.messages 2, im.list 1\n\n1 operation: 1 unchanged.',
    });
    write({ 'src/a.graphql': pages('A', 4) });
    expect(price()).toEqual({
      exitCode: 1,
      output: [
        'A (src/a.graphql:1): 5 calls: dm.messages 4, im.list 1',
        '  DEARER: it was 3 calls: dm.messages 2, im.list 1',
        '',
        '1 operation: 1 dearer.',
        'To accept these prices, run the command with --write and commit prices.json.',
      ].join('\n'),
    });
    expect(price('--write')).toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(/1 dearer\.\nWrote prices\.json\.$/),
    });
    expect(price().exitCode).toBe(0);
  });

  it('a new operation fails, one without an entry is named, cheaper ones and other endpoints are told', () => {
    const { price, read } = priceProject({
      'src/a.graphql': `${pages('Cheaper', 1)} query Moved { viewer { unreadCount } } query New { viewer { userId } }`,
      'prices.json': JSON.stringify({ Old: { me: 1 }, Cheaper: { 'im.list': 1, 'dm.messages': 9 }, Moved: { me: 1 } }),
    });
    const { exitCode, output } = price();
    expect(exitCode).toBe(1);
    expect(output.split('\n')).toEqual([
      'Cheaper (src/a.graphql:1): 2 calls: dm.messages 1, im.list 1',
      '  CHEAPER: it was 10 calls: im.list 1, dm.messages 9',
      'Moved (src/a.graphql:1): 1 call: subscriptions.get 1',
      '  MOVED: it was 1 call: me 1',
      'New (src/a.graphql:1): 0 calls',
      '  NEW',
      '',
      '3 operations: 1 new, 1 cheaper, 1 at the same price with other endpoints.',
      'Only in prices.json: Old.',
      'To accept these prices, run the command with --write and commit prices.json.',
    ]);
    expect(price('--write').output).toContain('Removed from prices.json: Old.\nWrote prices.json.');
    expect(Object.keys(JSON.parse(read('prices.json')) as object)).toEqual(['Cheaper', 'Moved', 'New']);
  });

  it('what got cheaper, moved or went away does not fail', () => {
    const { price } = priceProject({
      'src/a.graphql': 'query A { viewer { unreadCount } } query B { viewer { unreadCount } }',
      'prices.json': JSON.stringify({ A: { me: 1 }, B: { me: 2 }, Old: {} }),
    });
    expect(price().exitCode).toBe(0);
  });

  it('the file may have another name and place; without it, every operation is new', () => {
    const { price, read } = priceProject({ 'src/a.graphql': 'query A { viewer { unreadCount } }', 'lists/x.md': '' });
    expect(price('--prices=lists/calls.json')).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('There is no lists/calls.json yet. To accept'),
    });
    price('--prices=lists/calls.json', '--write');
    expect(JSON.parse(read('lists/calls.json'))).toEqual({ A: { 'subscriptions.get': 1 } });
    expect(price('--prices=lists/calls.json').exitCode).toBe(0);
  });

  it.each([
    ['no JSON', '<<<<<<< HEAD', /^prices\.json: cannot be read as JSON: /],
    ['a list', '[]', /^prices\.json: expected a JSON object$/],
    ['a number', '{"A": 3}', /^prices\.json: expected calls by endpoint for A, such as \{"im\.list": 1\}/],
    ['text for calls', '{"A": {"me": "1"}}', /^prices\.json: expected calls by endpoint for A/],
    ['fewer calls than none', '{"A": {"me": -1}}', /^prices\.json: expected calls by endpoint for A/],
  ])('prices.json with %s is a mistake, and --write makes it anew', (_what, text, message) => {
    const { price, read } = priceProject({
      'src/a.graphql': 'query A { viewer { unreadCount } }',
      'prices.json': text,
    });
    expect(price()).toEqual({ exitCode: 2, output: expect.stringMatching(message) });
    expect(price('--write').exitCode).toBe(0);
    expect(JSON.parse(read('prices.json'))).toEqual({ A: { 'subscriptions.get': 1 } });
  });

  it('prices that cannot be written are a mistake', () => {
    const { price, folder } = priceProject({ 'src/a.graphql': 'query A { viewer { unreadCount } }' });
    mkdirSync(join(folder, 'prices.json'));
    expect(price('--write')).toEqual({
      exitCode: 2,
      output: expect.stringMatching(/^prices\.json: cannot be written: E/),
    });
  });

  it('an operation whose name objects have of their own is kept like any other', () => {
    const { price } = priceProject({
      'src/a.graphql': 'query constructor { __typename } query __proto__ { viewer { unreadCount } }',
    });
    expect(price().output).toContain('2 operations: 2 new.');
    expect(price('--write').exitCode).toBe(0);
    expect(price()).toMatchObject({ exitCode: 0, output: expect.stringContaining('2 operations: 2 unchanged.') });
  });
});

describe('npm run price', () => {
  it('docs/prices.md shows what the command prints for the README’s query', () => {
    const mailbox = /```graphql\n(query Mailbox [\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const { price, write } = priceProject({ 'src/mailbox.graphql': mailbox.replace('first: 10', 'first: 5') });
    price('--write');
    write({ 'src/mailbox.graphql': mailbox });
    expect(docsPage('prices')).toContain(`\`\`\`\n${price().output}\n\`\`\`\n`);
  });

  it('the price is the one that the gateway plans, by endpoint', async () => {
    const gateway = await startTestGateway();
    const texts = [
      pages('A', 5),
      'query B { viewer { unreadCount directMessages(first: 20) { nodes { title counters { unreadCount memberCount } membership { unreadCount } members { nodes { status } } } } } }',
      'query C { directMessage(id: "r1") { usernames history(first: 3) { nodes { author { name } readReceipts { isAvailable } } } } }',
    ];
    const { price, read } = priceProject({ 'src/a.graphql': texts.join('\n') });
    price('--write');
    const prices = JSON.parse(read('prices.json')) as Record<string, unknown>;
    // The command prices for a caller whose rooms the gateway knows.
    await gateway.ask('{ viewer { directMessages(first: 100) { nodes { id } } } }');
    for (const [index, text] of texts.entries()) {
      const { extensions } = await gateway.ask(text, { headers: { 'x-upstream-plan': 'only' } });
      expect(prices['ABC'.charAt(index)]).toEqual(asObject(extensions?.['upstream'])?.['byEndpoint']);
    }
  });

  const run = (cwd: string, ...args: string[]) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const script = fileURLToPath(new URL('../../../src/registry/price.ts', import.meta.url));
      execFile(process.execPath, [script, ...args], { cwd }, (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
      );
    });

  it('the command works in the folder where it starts, says prices on stdout and mistakes on stderr', async () => {
    const { folder, write } = priceProject({ 'src/a.tsx': `gql\`${pages('A', 2)}\`` });
    expect(await run(folder, 'src/*', '--write')).toMatchObject({ code: 0, stderr: '' });
    write({ 'src/a.tsx': `gql\`${pages('A', 3)}\`` });
    expect(await run(folder, 'src/*')).toEqual({ code: 1, stdout: expect.stringContaining('DEARER'), stderr: '' });
    write({ 'src/a.tsx': 'gql`query A {`' });
    expect(await run(folder, 'src/*')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'src/a.tsx:1: Syntax Error: Expected Name, found <EOF>.\n',
    });
    expect(await run(folder)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('--variables <file>'),
    });
  });
});
