import { GatewayError } from '../errors.ts';

/** Ids as Rocket.Chat makes them, with room for imported ones; a comma or bracket would smuggle in a second id. */
const idForm = /^[A-Za-z0-9._:@!~+=-]{1,128}$/;

export function checkId(id: string, argument: string): string {
  if (idForm.test(id)) return id;
  throw new GatewayError(
    'BAD_USER_INPUT',
    `\`${argument}\` is not an id: 1 to 128 letters, digits or . _ : @ ! ~ + = - are expected.`,
  );
}

/**
 * A room id that is safe to send. Rocket.Chat takes the first `@` out of it, and resolves a username and a user id in
 * place of a room id: it **creates** the room when there is none. The forms that can be told apart are refused here.
 */
export function checkRoomId(id: string, argument: string, callerId: string): string {
  checkId(id, argument);
  if (id.includes('@') || id === callerId) {
    throw new GatewayError(
      'BAD_USER_INPUT',
      `\`${argument}\` names a user, not a room: use \`directMessageWith(username:)\` to find the room with a user.`,
    );
  }
  return id;
}

/** A username to compare with: it is never sent. Workspaces choose their own alphabet, but no list and no white space. */
export function checkUsername(username: string, argument: string): string {
  if (/^[^\s,@\p{Cc}\p{Cs}][^\s,\p{Cc}\p{Cs}]{0,127}$/u.test(username)) return username;
  throw new GatewayError(
    'BAD_USER_INPUT',
    `\`${argument}\` is not a username: give one name of 1 to 128 characters, without \`@\` and spaces.`,
  );
}
