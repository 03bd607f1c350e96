import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/demo/faults.ts';
import { settingsOfAll } from '../support/gateway.ts';
import { askRoom, cursorOf, open } from './asking.ts';

const nothing = { changed: [], removedIds: [], hasMore: false };

const answerOf = (settings: unknown): Fault => ({ status: 200, body: { settings, success: true } });

describe.each(['R7', 'R8'] as const)('A workspace that hides deleted messages (%s)', (dialect) => {
  it('cannot tell what was deleted, so every answer says `mustReload`', async () => {
    const { gateway, world, say } = await open({ dialect, keepHistory: true });
    const id = say('to be hidden');
    let cursor = cursorOf(await askRoom(gateway, null));
    for (const write of [() => world.remove(id, { keepHistory: true }), () => say('new'), () => undefined]) {
      write();
      const { told, calls } = await askRoom(gateway, cursor);
      expect(told).toMatchObject({ ...nothing, mustReload: true });
      expect(calls).toEqual(['dm.messages']);
      cursor = told?.cursor ?? '';
    }
  });

  it('tells changes if it shows that messages were deleted', async () => {
    const { gateway, world, say } = await open({ dialect, keepHistory: true, showDeletedStatus: true });
    const id = say('shown as deleted');
    const cursor = cursorOf(await askRoom(gateway, null));
    world.remove(id, { keepHistory: true, showStatus: true });
    expect((await askRoom(gateway, cursor)).told).toMatchObject({ changed: [{ id }], mustReload: false });
  });

  it('has what was hidden reloaded once by those who asked while it hid, after it has stopped', async () => {
    const { gateway: before, world, say } = await open({ dialect, keepHistory: true });
    const id = say('to be hidden');
    say('the latest, by which a lost change would be noticed');
    const old = cursorOf(await askRoom(before, null));
    world.remove(id, { keepHistory: true });
    const { gateway: after } = await open({ dialect, world });
    const answer = await askRoom(after, old);
    expect(answer.told).toMatchObject({ ...nothing, mustReload: true });
    const last = say('told');
    expect((await askRoom(after, cursorOf(answer))).told).toMatchObject({ changed: [{ id: last }], mustReload: false });
  });

  it('is noticed by clients that began before it hid any', async () => {
    const { gateway: before, world, say } = await open({ dialect });
    const id = say('to be hidden');
    say('the latest, by which a lost change would be noticed');
    const old = cursorOf(await askRoom(before, cursorOf(await askRoom(before, null))));
    world.remove(id, { keepHistory: true });
    const { gateway: after } = await open({ dialect, world, keepHistory: true });
    expect((await askRoom(after, old)).told).toMatchObject({ ...nothing, mustReload: true });
  });
});

describe('A workspace that does not say whether it hides deleted messages', () => {
  it.each<[string, Fault]>([
    ['refuses', { status: 403, body: { success: false } }],
    ['is asked too often', { status: 429, body: { success: false } }],
    ['breaks the connection', { reset: true }],
    ['answers no JSON', { status: 200, body: '<html></html>' }],
    ['answers a list of other settings', answerOf([{ _id: 'Accounts_AllowRealNameChange', value: true }])],
    ['answers one of the two', answerOf([{ _id: 'Message_KeepHistory', value: false }])],
    [
      'answers other values',
      answerOf([
        { _id: 'Message_KeepHistory', value: 'false' },
        { _id: 'Message_ShowDeletedStatus', value: null },
      ]),
    ],
    ['answers no list', answerOf({ Message_KeepHistory: false })],
  ])('as it %s, has lists reloaded', async (_name, fault) => {
    const { gateway, say } = await open();
    gateway.demo.fail(settingsOfAll, fault);
    const cursor = cursorOf(await askRoom(gateway, null));
    say('new');
    const { told, codes, calls } = await askRoom(gateway, cursor);
    expect(codes).toEqual({});
    expect(told).toMatchObject({ ...nothing, mustReload: true });
    expect(calls).toEqual(['dm.messages']);
  });

  it('keeps nobody waiting beyond their deadline', async () => {
    const { gateway } = await open({}, { REQUEST_TIMEOUT_MS: '500' });
    gateway.demo.fail(settingsOfAll, { hang: true });
    const { told, codes } = await askRoom(gateway, null);
    expect(told).toBeUndefined();
    expect(codes).toEqual({ 'directMessage.changes': 'UPSTREAM_TIMEOUT' });
  });
});

describe('The settings of a workspace', () => {
  it('are read once for all, without anybody’s credentials, and in no request’s price', async () => {
    const { gateway, say } = await open();
    say('new');
    const query = '{ viewer { directMessages(first: 5) { nodes { changes { cursor mustReload } } } } }';
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => gateway.ask(query, { headers: { 'x-upstream-report': '1' } })),
    );
    for (const { errors, extensions } of answers) {
      expect(errors).toBeUndefined();
      expect(extensions?.['upstream']).toMatchObject({
        plannedCalls: 6,
        calls: 6,
        byEndpoint: { 'dm.messages': 5, 'im.list': 1 },
      });
    }
    const readings = gateway.demo.calls.filter(({ endpoint }) => endpoint === settingsOfAll);
    expect(readings).toHaveLength(1);
    expect(readings[0]?.userId).toBeUndefined();
    expect(readings[0]?.headers).not.toHaveProperty('x-auth-token');
  });

  it('are not read where nobody asks what changed', async () => {
    const { gateway } = await open();
    await gateway.ask('{ viewer { id directMessages(first: 5) { nodes { id } } } }');
    expect(gateway.demo.calls.map(({ endpoint }) => endpoint)).not.toContain(settingsOfAll);
  });
});
