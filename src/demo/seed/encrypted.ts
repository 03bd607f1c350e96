import { idOf } from '../ids.ts';
import type { World } from '../world.ts';
import { shapeId } from './shape-ids.ts';

/** Messages the server cannot read, in a room with end-to-end encryption. */
export function addEncrypted(world: World, roomId: string, userIds: readonly string[], at: string): void {
  const start = Date.parse(at);
  for (const [index, userId] of [...userIds, ...userIds].entries()) {
    world.post({
      roomId,
      userId,
      text: '',
      at: new Date(start + index * 97_000).toISOString(),
      id: index === 0 ? shapeId('encrypted') : idOf(`encrypted ${index}`),
      t: 'e2e',
      e2e: index % 2 === 0 ? 'pending' : 'done',
      content: {
        algorithm: 'rc.v2.aes-sha2',
        kid: 'f3b1c0d25a9e',
        iv: idOf(`iv ${index}`, 16),
        ciphertext: idOf(`ciphertext ${index}`, 88),
      },
    });
  }
}
