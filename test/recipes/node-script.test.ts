import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { projectPath, startChild } from '../support/child.ts';
import { startLiveRoom, written, type LiveRoom } from '../support/live-room.ts';

const script = join(projectPath, 'test/recipes/node-script.ts');

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'script-'));
  file = join(folder, 'messages.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const usernameOf = ({ gateway }: LiveRoom): string => {
  const { username } = gateway.demo.world.accountOf(landmarks.users.busy);
  return username ?? expect.unreachable();
};

const run = ({ url, session: { userId, authToken } }: LiveRoom, username: string) =>
  startChild(process.execPath, [script, username, file], {
    GATEWAY_URL: url,
    USER_ID: userId,
    AUTH_TOKEN: authToken,
  }).ended;

describe('A Node script', () => {
  it.each(['R7', 'R8'] as const)(
    'writes a conversation into a file, and brings the file up to date (%s)',
    async (dialect) => {
      const room = await startLiveRoom(130, dialect);
      for (let times = 0; times < 3; times += 1) {
        const callsBefore = room.gateway.demo.calls.length;
        expect(await run(room, usernameOf(room))).toMatchObject({ code: 0, stderr: '' });
        const calls = room.gateway.demo.callLines().slice(callsBefore);
        const kept = JSON.parse(readFileSync(file, 'utf8')) as { rows: { id: string; text: string }[] };
        expect(kept.rows.map(written)).toEqual(await room.listed());
        expect(calls.some((line) => line.startsWith('dm.messages'))).toBe(times === 0);
        room.write(20);
      }
    },
  );

  it('says what is wrong, and leaves the file as it was', async () => {
    const room = await startLiveRoom(3);
    await run(room, usernameOf(room));
    const before = readFileSync(file, 'utf8');
    expect(await run(room, 'nobody.here')).toMatchObject({
      code: 1,
      stderr: 'There is no conversation with nobody.here.\n',
    });
    const stranger = { ...room, session: { ...room.session, authToken: 'x'.repeat(43) } };
    const { code, stderr } = await run(stranger, usernameOf(room));
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^\w.*\n$/)]);
    expect(stderr).not.toContain('    at ');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
});
