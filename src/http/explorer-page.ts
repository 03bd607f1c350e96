import type { RuruClientConfig, RuruConfig } from 'ruru/server';
import { createTour, type TourStep, type TourSubjects } from './tour.ts';

/** Initial headers of the explorers: the demo's credentials, or names to fill in. */
export type ExplorerHeaders = Readonly<Record<string, string>>;

/** What the explorers open with. */
export interface Explorer {
  readonly headers: ExplorerHeaders;
  /** Of the tour. Undefined: what every workspace has. */
  readonly subjects: TourSubjects | undefined;
}

/**
 * Settings of the offline explorer: a tab for each step of the tour, and below the answers a line that says what the last
 * click cost. The report itself stands at the end of the answer, which can be long. Each tab has headers of its own:
 * credentials filled in once go along from the others too, while theirs are blank.
 */
export const explorerPage = ({ headers, subjects }: Explorer, staticPath: string): RuruConfig => ({
  endpoint: '/graphql',
  staticPath,
  clientConfig: tabsOf(createTour(subjects), JSON.stringify(headers, null, 2)),
  htmlParts: {
    titleTag: '<title>Explorer of the direct-message gateway</title>',
    styleTags: (tags) => tags + costStyle,
    bodyContent: (content) => content + costLine(headers),
    bodyScripts: (scripts) => scripts + fetchScript,
    bodyInitScript: startScript(staticPath),
  },
});

/** The type leaves `defaultTabs` out, and requires every other setting, although each has a default. */
const tabsOf = (tour: readonly TourStep[], headers: string): RuruClientConfig =>
  ({
    defaultHeaders: headers,
    defaultTabs: tour.map(({ query, variables }) => ({
      query,
      variables: JSON.stringify(variables, null, 2),
      headers,
    })),
  }) as unknown as RuruClientConfig;

/**
 * What the explorer keeps, it keeps for as long as its window is open: its history holds the headers of each request, tokens
 * among them. Other explorers that the browser knows from the same address do not hide the tour so. Of default tabs, the
 * explorer shows the first one's query, but looks for its variables among what it has kept.
 */
const startScript = (staticPath: string): string => `<script type="module">
import { React, createRoot, Ruru } from ${JSON.stringify(`${staticPath}ruru.js`)};
const [first] = RURU_CONFIG.defaultTabs;
if (sessionStorage.getItem("graphiql:tabState") === null) {
  sessionStorage.setItem("graphiql:query", first.query);
  sessionStorage.setItem("graphiql:variables", first.variables);
}
const props = { ...RURU_CONFIG, storage: sessionStorage };
createRoot(document.getElementById("ruru-root")).render(React.createElement(Ruru, props));
</script>`;

const costStyle = `<style>
#ruru-root { height: calc(100vh - 2rem) !important; }
#cost { position: fixed; inset: auto 0 0; height: 2rem; line-height: 2rem; padding: 0 1rem; box-sizing: border-box;
  overflow: hidden; white-space: nowrap; text-overflow: ellipsis; font: 0.875rem/2rem system-ui, sans-serif;
  color-scheme: light dark; color: CanvasText; background: Canvas; border-top: 1px solid GrayText; }
.graphiql-light #cost { color-scheme: light; }
.graphiql-dark #cost { color-scheme: dark; }
</style>`;

const costLine = (headers: ExplorerHeaders): string =>
  `<div id="cost" role="status">${
    Object.values(headers).includes('')
      ? 'Fill in your user id and token below Headers, in one tab for all. Then run an operation: this line says what it cost.'
      : 'Run an operation: this line says what it cost in calls to Rocket.Chat.'
  }</div>`;

/** Before the explorer's own script, which calls `fetch` by its global name. */
const fetchScript = `<script type="module">
const bar = document.getElementById("cost");
const send = globalThis.fetch;
const count = (calls) => calls + (calls === 1 ? " call" : " calls");
function describe({ errors = [], extensions }, ms) {
  const { calls, byEndpoint, plannedCalls, atMost, limit } = extensions?.upstream ?? {};
  const codes = [...new Set(errors.map((error) => error.extensions?.code))].join(", ");
  const missing = codes === "" ? "No report: ask for it by the header X-Upstream-Report" : "Refused before it had a price";
  const spent = calls === undefined ? missing :
    count(calls) + (calls === 0 ? "" : ": " + Object.entries(byEndpoint).map((entry) => entry.join(" ")).join(", "));
  const planned = calls === undefined ? [] : ["planned " + plannedCalls + ", at most " + atMost + " of " + limit];
  return [spent, ...planned, Math.round(ms) + " ms", ...(codes === "" ? [] : [codes])].join(" · ");
}
function withCredentials(init) {
  const headers = { ...init?.headers };
  for (const name of ["X-User-Id", "X-Auth-Token"]) {
    if (headers[name]) sessionStorage.setItem(name, headers[name]);
    else if (headers[name] === "") headers[name] = sessionStorage.getItem(name) ?? "";
  }
  return { ...init, headers };
}
globalThis.fetch = async (url, init) => {
  const startedAt = performance.now();
  const response = await send(url, withCredentials(init));
  const ms = performance.now() - startedAt;
  const isAsked = !String(init?.body).includes("IntrospectionQuery");
  if (isAsked) response.clone().json().then((answer) => { bar.textContent = describe(answer, ms); }, () => {});
  return response;
};
</script>`;
