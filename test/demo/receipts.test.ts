import { describe, expect, it } from 'vitest';
import { colleague, openDemo, roomOf } from './support.ts';

async function openMessage(options: Parameters<typeof openDemo>[0] = {}) {
  const demo = await openDemo(options);
  const room = roomOf(demo.world, 1);
  const [message] = demo.world.messagesOf(room._id);
  if (!message) throw new Error('The room is empty.');
  return { ...demo, room, message, path: `chat.getMessageReadReceipts?messageId=${message._id}` };
}

describe('chat.getMessageReadReceipts', () => {
  it('receipts list every reader with the time, including the author', async () => {
    const { get, world, room, message, path } = await openMessage();
    const reader = colleague(world);
    world.read(room._id, reader.id, '2026-03-02T09:30:00.000Z');
    const { body } = await get(path);
    const base = { roomId: room._id, messageId: message._id };
    const receipt = ({ id, username, name }: typeof reader, ts: string) => ({
      ...base,
      _id: message._id + id,
      userId: id,
      ts,
      _updatedAt: ts,
      user: { _id: id, username, name },
    });
    expect(body).toEqual({
      receipts: [receipt(world.member, message.ts), receipt(reader, '2026-03-02T09:30:00.000Z')],
      success: true,
    });
  });

  it('a receipt of a deleted account has no user', async () => {
    const { get, world, room, path } = await openMessage();
    world.read(room._id, colleague(world).id);
    world.removeAccount(colleague(world).id);
    const [, receipt] = (await get(path)).body['receipts'] as object[];
    expect(receipt).toHaveProperty('userId');
    expect(receipt).not.toHaveProperty('user');
  });

  it('receipts are empty if the workspace does not store them', async () => {
    const { get, path } = await openMessage({ storeReceipts: false });
    expect((await get(path)).body).toEqual({ receipts: [], success: true });
  });

  it.each(['R7', 'R8'] as const)('is refused without a licence (%s)', async (dialect) => {
    const { get, path } = await openMessage({ dialect, licensed: false });
    const { status, body } = await get(path);
    expect(status).toBe(400);
    expect(body).toEqual({
      success: false,
      error: 'This is an enterprise feature [error-action-not-allowed]',
      errorType: 'error-action-not-allowed',
    });
  });

  it('receipts are 400 for unknown messages and for inaccessible rooms, with different errors', async () => {
    const { get, world, path } = await openMessage();
    expect(await get('chat.getMessageReadReceipts?messageId=x')).toMatchObject({
      status: 400,
      body: {
        success: false,
        error: 'Invalid message [error-invalid-message]',
        errorType: 'error-invalid-message',
        details: { method: 'getReadReceipts' },
      },
    });
    expect(await get(path, world.admin)).toMatchObject({
      status: 400,
      body: {
        success: false,
        error: 'Invalid room [error-invalid-room]',
        errorType: 'error-invalid-room',
        details: { method: 'getReadReceipts' },
      },
    });
  });

  it('receipts of a deleted message need its row to be kept', async () => {
    const { get, world, room, message, path } = await openMessage();
    world.remove(message._id, { showStatus: true });
    expect((await get(path)).body).toEqual({ receipts: [], success: true });
    const hidden = world.post({ roomId: room._id, userId: world.member.id, text: 'x' });
    world.remove(hidden._id, { keepHistory: true });
    expect((await get(`chat.getMessageReadReceipts?messageId=${hidden._id}`)).body['receipts']).toHaveLength(1);
    const gone = world.post({ roomId: room._id, userId: world.member.id, text: 'x' });
    world.remove(gone._id);
    expect((await get(`chat.getMessageReadReceipts?messageId=${gone._id}`)).body['errorType']).toBe(
      'error-invalid-message',
    );
  });
});
