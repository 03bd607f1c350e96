import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { asObject, asText } from '../json.ts';
import { createPricedApi } from '../schema/executable.ts';

/** Where `npm run docs` builds the reference documentation; git ignores it. */
const folder = 'docs/api';

const welcome = `
Direct messages of a Rocket.Chat workspace, read with each caller's own credentials: send the headers \`X-User-Id\` and
\`X-Auth-Token\` with each request.

**Upstream calls** are calls of the gateway to the workspace, which answers few of them in a minute unless it is configured
otherwise. A field says how many it adds to the price of a query; a field that says nothing adds none. Calls that several
fields share count once. With the header \`X-Upstream-Plan: only\` the gateway returns the price of a whole query without
running it.

**Null only with an error** marks fields that are nullable so that their failure costs nothing else: \`@semanticNonNull\` in
\`schema/published/api.graphql\`.
`;

/** Writes what the generator of `npm run docs` reads: the API with prices in its descriptions, and the generator's settings. */
function main(url = 'http://127.0.0.1:4000/graphql'): void {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const settings = {
    spectaql: { targetDir: folder, oneFile: true, themeDir: 'spectaql' },
    introspection: { schemaFile: `${folder}/api.graphql` },
    info: { title: 'Direct messages', version: asText(asObject(manifest)?.['version']), description: welcome },
    servers: [{ url }],
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/api.graphql`, createPricedApi());
  writeFileSync(`${folder}/spectaql.json`, JSON.stringify(settings));
}

main(process.argv[2]);
