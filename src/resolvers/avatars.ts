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

/** Path of a user's picture. Rocket.Chat takes a name with a leading `@` for letters to draw, and no username has one. */
export const userAvatar = (username: string, args: AvatarArgs): string => pathOf(encodeURIComponent(username), args);

export const roomAvatar = (roomId: string, args: AvatarArgs): string =>
  pathOf(`room/${encodeURIComponent(roomId)}`, args);

function pathOf(path: string, args: AvatarArgs): string {
  checkSize(args);
  return `/avatar/${path}${args.size == null ? '' : `?size=${args.size}`}`;
}
