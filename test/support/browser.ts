import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium as playwright, type Page } from 'playwright-core';

export interface TestBrowser {
  /** A page, and every external URL that it requested. */
  open(url: string): Promise<{ page: Page; outside: string[]; failures: string[] }>;
  /** An empty page of an origin on the internet, of which nothing is requested. */
  openAs(origin: string): Promise<Page>;
  close(): Promise<void>;
}

/**
 * A headless Chromium. It comes packed inside an npm package, with the libraries and fonts that small images lack, and
 * is unpacked into a folder of its own; CHROMIUM_PATH names another one, for machines that the package is not made for.
 */
export async function startBrowser(): Promise<TestBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'browser-'));
  const given = process.env['CHROMIUM_PATH'];
  const { executablePath, args, env } =
    given === undefined ? await unpack(folder) : { executablePath: given, args: [], env: definedOf(process.env) };
  const browser = await playwright.launch({
    executablePath,
    // No name but the loopback's resolves: nothing can leave, whatever a page asks for.
    args: [
      ...args,
      '--no-sandbox',
      '--disable-background-networking',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
    env,
    headless: true,
  });
  /** Without it Chromium asks its user whether a site may call an address of their machine. */
  const permissions = ['local-network-access'];
  return {
    async open(url) {
      const outside: string[] = [];
      const failures: string[] = [];
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, permissions });
      context.on('request', (request) => {
        if (!isInside(request.url())) outside.push(request.url());
      });
      context.on('requestfailed', (request) =>
        failures.push(`${request.url()}: ${request.failure()?.errorText ?? ''}`),
      );
      context.on('weberror', (error) => failures.push(error.error().message));
      const page = await context.newPage();
      await page.goto(url);
      return { page, outside, failures };
    },
    async openAs(origin) {
      const context = await browser.newContext({ permissions });
      const page = await context.newPage();
      await page.route(`${origin}/`, (route) => route.fulfill({ contentType: 'text/html', body: '' }));
      await page.goto(`${origin}/`);
      return page;
    },
    async close() {
      await browser.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The package's browser, and what it needs in its environment to find its libraries and fonts. */
async function unpack(
  folder: string,
): Promise<{ executablePath: string; args: string[]; env: Record<string, string> }> {
  // The package unpacks to the temporary folder, and takes its libraries along only where it believes to be in a cloud.
  const before = { ...process.env };
  process.env['TMPDIR'] = folder;
  process.env['AWS_LAMBDA_JS_RUNTIME'] = 'nodejs22.x';
  const { default: chromium } = await import('@sparticuz/chromium');
  const executablePath = await chromium.executablePath();
  const env = definedOf(process.env);
  for (const name of ['TMPDIR', 'AWS_LAMBDA_JS_RUNTIME', 'LD_LIBRARY_PATH', 'FONTCONFIG_PATH'])
    restore(name, before[name]);

  // The package's own file names folders that exist on the machines of its cloud: without a font the browser dies.
  const fontsConf = join(folder, 'fonts.conf');
  await writeFile(
    fontsConf,
    `<fontconfig><dir>${join(folder, 'fonts')}</dir><cachedir>${join(folder, 'fonts-cache')}</cachedir></fontconfig>`,
  );
  // Its browser renders one's own pages in a cloud, where any origin may ask any other.
  const args = chromium.args.filter((arg) => arg !== '--disable-web-security');
  return { executablePath, args, env: { ...env, FONTCONFIG_FILE: fontsConf } };
}

const isInside = (url: string): boolean => /^(data|blob|about):/.test(url) || new URL(url).hostname === '127.0.0.1';

const definedOf = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
