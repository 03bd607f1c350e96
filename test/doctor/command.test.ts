import { describe, expect, test } from 'vitest';
import { runMain } from '../support/child.ts';
import { openDemo } from '../support/demo.ts';

const credentialsOf = ({ id, token }: { id: string; token: string }) => ({
  ROCKETCHAT_USER_ID: id,
  ROCKETCHAT_AUTH_TOKEN: token,
});

describe('The command `doctor`', () => {
  test('looks at the workspace of the settings, with the credentials of the environment, and exits with 0', async () => {
    const demo = await openDemo();
    const { member } = demo.world;
    const ended = await runMain({ args: ['doctor', '--upstream', demo.url], env: credentialsOf(member) });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain(`What this machine sees of ${demo.url}, by 5 calls:\n\ngood     workspace       `);
    expect(ended.stdout).toContain('good     token ');
    expect(ended.stdout).toMatch(/\nNothing breaks the service: exit code 0\.\n$/);
    expect(ended.stdout).not.toContain(member.token);
    expect(ended.stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(ended.stdout).not.toContain('\u001b');
  });

  test('writes JSON for machines, and exits with 1 if something is broken', async () => {
    const ended = await runMain({ args: ['doctor', '--json'], env: { ROCKETCHAT_URL: 'http://127.0.0.1:9' } });
    expect(ended).toMatchObject({ code: 1, stderr: '' });
    expect(JSON.parse(ended.stdout)).toMatchObject({
      isWell: false,
      workspaceUrl: 'http://127.0.0.1:9',
      callCount: 1,
      findings: [{ subject: 'workspace', level: 'problem' }, {}, {}],
    });
  });

  test('tells problems and what to change in plain lines', async () => {
    const { stdout, code } = await runMain({ args: ['doctor', '--upstream=http://127.0.0.1:9'] });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^problem {2}workspace {7}Nothing listens at 127\.0\.0\.1:9 \(ECONNREFUSED\)\.$/m);
    expect(stdout).toMatch(/^ {25}→ Start the workspace/m);
    expect(stdout).toMatch(/\nOne problem to mend: exit code 1\.\n$/);
  });

  test('without a workspace looks at the demo, warns of that, and keeps the credentials from it', async () => {
    const env = { ROCKETCHAT_USER_ID: 'somebody', ROCKETCHAT_AUTH_TOKEN: 'planted-token' };
    const { stdout, code } = await runMain({ args: ['doctor'], env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^warning {2}workspace +No workspace is set/m);
    expect(stdout).toMatch(/^good {5}token +The workspace accepts the credentials/m);
  });

  test('reports mistakes in the settings, its own included, and calls nobody', async () => {
    const demo = await openDemo();
    const withUser = { ROCKETCHAT_URL: demo.url, ROCKETCHAT_USER_ID: 'planted user' };
    expect(await runMain({ args: ['doctor'], env: withUser })).toEqual({
      code: 1,
      signal: null,
      stdout: '',
      stderr:
        'The configuration has mistakes:\n' +
        'ROCKETCHAT_USER_ID: expected up to 256 characters without spaces, as Rocket.Chat gave it\n' +
        'ROCKETCHAT_AUTH_TOKEN: required with ROCKETCHAT_USER_ID\n',
    });
    expect(await runMain({ args: ['doctor'], env: { PORT: 'x', ROCKETCHAT_URL: demo.url } })).toMatchObject({
      code: 1,
    });
    expect(demo.calls).toEqual([]);
  });

  test('alone reads those credentials: nothing else prints them', async () => {
    const env = { ROCKETCHAT_USER_ID: 'planted-id', ROCKETCHAT_AUTH_TOKEN: 'planted-token' };
    for (const args of [['--print-config'], ['doctor', '--print-config'], ['doctor', '--help']]) {
      const { code, stdout, stderr } = await runMain({ args, env });
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).not.toContain('planted');
    }
  });
});
