/** What Rocket.Chat returned when the user signed in. */
export interface Session {
  readonly userId: string;
  readonly authToken: string;
}

/** For every request; `X-Upstream-Report: 1` beside them tells during development what each costs. */
export const headersOf = ({ userId, authToken }: Session): Record<string, string> => ({
  'X-User-Id': userId,
  'X-Auth-Token': authToken,
});
