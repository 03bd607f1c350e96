/** For somebody who opens the address of the gateway in a browser, where there is no explorer. */
export const welcomePage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Direct messages of Rocket.Chat, by GraphQL</title>
<p>This is a GraphQL gateway for the direct messages of a Rocket.Chat workspace.</p>
<p>Programs send queries to <code>/graphql</code>, by POST.</p>
<p>With each query go the headers <code>X-User-Id</code> and <code>X-Auth-Token</code>, as Rocket.Chat gives them at login.</p>
</html>
`;

/** The page needs nothing, runs nothing, and stands in no other page. */
export const welcomePageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
} as const;
