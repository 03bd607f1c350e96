import { GatewayError } from '../errors.ts';

/** Sizes that Rocket.Chat draws a picture in, in pixels. */
const sizes = { min: 16, max: 1024 };

interface AvatarArgs {
  readonly size?: number | null | undefined;
}

export function checkSize({ size }: AvatarArgs): void {
  if (size == null || (size >= sizes.min && size <= sizes.max)) return;
  const message = `\`size\` is ${size}: give ${sizes.min} to ${sizes.max} pixels, or omit it.`;
  throw new GatewayError('BAD_USER_INPUT', message);
}

/** Path of a user's picture. */
export const userAvatar = (username: string, args: AvatarArgs): string | null => pathOf('/avatar/', username, args);

/** Path of a room's picture. */
export const roomAvatar = (roomId: string, args: AvatarArgs): string | null => pathOf('/avatar/room/', roomId, args);

/** Null for `.` and `..`, which would lead elsewhere. */
function pathOf(folder: string, name: string, args: AvatarArgs): string | null {
  checkSize(args);
  if (/^\.{1,2}$/.test(name)) return null;
  return `${folder}${encodeURIComponent(name.toWellFormed())}${args.size == null ? '' : `?size=${args.size}`}`;
}
