import { GatewayError } from '../errors.ts';

/** Rocket.Chat's own and imported ids. No comma or bracket: it could smuggle in a second id. */
const idForm = /^[A-Za-z0-9._:@!~+=-]{1,128}$/;

export function checkId(id: string, argument: string): string {
  if (idForm.test(id)) return id;
  throw new GatewayError(
    'BAD_USER_INPUT',
    `\`${argument}\` is not a valid id: use 1 to 128 letters, digits or . _ : @ ! ~ + = -.`,
  );
}

/** False for what is recognisably a user. */
export const isRoomId = (id: string, callerId: string): boolean => !id.includes('@') && id !== callerId;

/**
 * Rejects what is recognisably a user. Rocket.Chat removes the first `@` from a room id, accepts a username or a user
 * id in its place, and **creates** the room if there is none.
 */
export function checkRoomId(id: string, argument: string, callerId: string): string {
  checkId(id, argument);
  if (!isRoomId(id, callerId)) {
    throw new GatewayError(
      'BAD_USER_INPUT',
      `\`${argument}\` names a user, not a room: use \`directMessageWith(username:)\` to find the room with a user.`,
    );
  }
  return id;
}

/**
 * A username, which is compared and never sent. Workspaces choose the alphabet; lists and white space are always
 * invalid.
 */
export function checkUsername(username: string, argument: string): string {
  if (/^[^\s,@\p{Cc}\p{Cs}][^\s,\p{Cc}\p{Cs}]{0,127}$/u.test(username)) return username;
  throw new GatewayError(
    'BAD_USER_INPUT',
    `\`${argument}\` is not a valid username: give one name of 1 to 128 characters without \`@\` or spaces.`,
  );
}
