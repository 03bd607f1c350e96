import { describe, expect, it } from 'vitest';
import { checkSize, roomAvatar, userAvatar } from '../../src/resolvers/avatars.ts';

describe('Paths of pictures', () => {
  it.each<[username: string, size: number | null | undefined, path: string | null]>([
    ['priya.raman', undefined, '/avatar/priya.raman'],
    ['priya.raman', null, '/avatar/priya.raman'],
    ['priya.raman', 16, '/avatar/priya.raman?size=16'],
    ['a/../b?size=1#x', 1024, '/avatar/a%2F..%2Fb%3Fsize%3D1%23x?size=1024'],
    ['žofie', undefined, '/avatar/%C5%BEofie'],
    ['half a \ud83c', undefined, '/avatar/half%20a%20%EF%BF%BD'],
    ['...', undefined, '/avatar/...'],
    ['..', undefined, null],
    ['.', 64, null],
  ])('the picture of %j in size %j is at %j', (username, size, path) => {
    expect(userAvatar(username, { size })).toBe(path);
    expect(roomAvatar(username, { size })).toBe(path?.replace('/avatar/', '/avatar/room/') ?? null);
  });

  it.each([15, 0, -1, 1025])('a picture of %i pixels is refused, with the way to mend it', (size) => {
    for (const make of [checkSize, (args: { size: number }) => userAvatar('a', args)])
      expect(() => make({ size })).toThrow(`\`size\` is ${size}: give 16 to 1024 pixels, or omit it.`);
  });
});
