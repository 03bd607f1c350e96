export interface WelcomeOptions {
  readonly version: string;
  readonly workspaceUrl: string;
  /** Where the gateway listens. */
  readonly url: string;
  /** Where its pages are, a line each. */
  readonly pages: readonly string[];
  /** Whether clients may send any query, such as the one to paste. */
  readonly takesAnyQuery: boolean;
}

/** What somebody at a terminal sees once the gateway serves their workspace; the demo has a greeting of its own. */
export function welcome({ version, workspaceUrl, url, pages, takesAnyQuery }: WelcomeOptions): string {
  return [
    `rocketchat-dm-gateway ${version} serves the direct messages of ${workspaceUrl}`,
    ``,
    `  Queries    POST ${url}/graphql`,
    ...pages,
    `  Trouble?   the same command with \`doctor\` says what this machine sees of the workspace`,
    ...(takesAnyQuery ? [``, ...request(url)] : []),
    ``,
  ].join('\n');
}

/** The variables are those of `doctor`. */
const request = (url: string): string[] => [
  `  curl -s ${url}/graphql -H 'Content-Type: application/json' \\`,
  `    -H "X-User-Id: $ROCKETCHAT_USER_ID" -H "X-Auth-Token: $ROCKETCHAT_AUTH_TOKEN" \\`,
  `    -d '{"query":"{ viewer { unreadCount directMessages(first: 3) { nodes { title lastMessage { text } } } } }"}'`,
];
