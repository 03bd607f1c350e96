import { describe, expect, test } from 'vitest';
import { mainPath, startChild, type Child } from '../support/child.ts';
import { openDemo } from '../support/demo.ts';
import { needProgram } from '../support/program.ts';

const script = needProgram('script', 'bsdutils', 'test/start/terminal.test.ts');

/** The command at a terminal, which `script` makes. */
function startAtTerminal(args: readonly string[], env: Readonly<Record<string, string>> = {}): Child {
  const command = [process.execPath, mainPath, ...args].map((word) => `'${word}'`).join(' ');
  return startChild(script, ['-qec', command, '/dev/null'], { TERM: 'xterm-256color', ...env });
}

const ask = (url: string, { id, token }: { id: string; token: string }) =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-user-id': id, 'x-auth-token': token },
    body: JSON.stringify({ query: 'query Who { viewer { user { username } } }' }),
  });

describe('At a terminal', () => {
  test('the command welcomes people before a workspace, and shows a line for each request', async () => {
    const demo = await openDemo();
    const { member } = demo.world;
    const child = startAtTerminal(['--upstream', demo.url, '--port', '0']);
    const [, url = ''] = await child.until(/Queries +POST (http:\S+)\/graphql/);
    await child.until(/A line for each request follows/);
    expect(child.stdout).toContain(`serves the direct messages of ${demo.url}`);
    expect(child.stdout).toContain(`Explorer   ${url}/explorer`);
    expect(child.stdout).toMatch(/ {2}curl -s .*"X-User-Id: \$ROCKETCHAT_USER_ID"/s);
    await ask(url, member);
    const [line] = await child.until(/.*Who.*/);
    expect(line).toMatch(
      /^\p{Cc}\[90m\d\d:\d\d:\d\d\p{Cc}\[39m {2}\p{Cc}\[32m200\p{Cc}\[39m +\d+ ms +1 call +Who\s*$/u,
    );
    expect(child.stdout).not.toContain('{"level"');
    expect(child.stdout).not.toContain(member.token);
  });

  test('the demo shows its requests below its greeting, without colours under NO_COLOR', async () => {
    const child = startAtTerminal(['--port', '0'], { NO_COLOR: '1' });
    const [, url = '', id = '', token = ''] = await child.until(
      /Explorer\s+(http:\S+)\/explorer[\s\S]*?User .*X-User-Id (\w+), X-Auth-Token ([\w-]+)[\s\S]*?A line for each/,
    );
    await ask(url, { id, token });
    await child.until(/\d\d:\d\d:\d\d {2}200 .* Who/);
    expect(child.stdout).not.toContain('\u001b');
  });

  test('LOG_FORMAT=json keeps lines of JSON', async () => {
    const demo = await openDemo();
    const child = startAtTerminal(['--upstream', demo.url, '--port', '0', '--log-format', 'json']);
    await child.until(/^\{"level":30,.*"msg":"GraphQL at http:.*\}\s*$/m);
    expect(child.stdout).not.toContain('Queries');
  });

  test('the doctor marks findings in colours', async () => {
    const child = startAtTerminal(['doctor']);
    await child.until(/\p{Cc}\[33mwarning {2}\p{Cc}\[39mworkspace/u);
    expect((await child.ended).code).toBe(0);
  });
});

describe('Elsewhere', () => {
  test('LOG_FORMAT=pretty writes for people too, without colours, to the last line', async () => {
    const demo = await openDemo();
    const env = { ROCKETCHAT_URL: demo.url, PORT: '0', LOG_FORMAT: 'pretty' };
    const child = startChild(process.execPath, [mainPath], env);
    const [, url = ''] = await child.until(/Queries +POST (http:\S+)\/graphql[\s\S]*A line for each/);
    await ask(url, demo.world.member);
    child.signal('SIGTERM');
    const { code, stdout } = await child.ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n\d\d:\d\d:\d\d {2}200 .* Who\n$/);
  });
});
