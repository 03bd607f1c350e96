import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { addExplorer } from '../../src/http/explorer.ts';
import { createTour, inOneDocument } from '../../src/http/tour.ts';
import { startGateway, type Gateway } from '../../src/server.ts';

const headers = { 'X-User-Id': 'planted-user', 'X-Auth-Token': 'planted-"token"' };
const subjects = { username: '</script><script>planted', from: null, to: null };
const explorer = { headers, subjects };
const tour = createTour(subjects);

describe('The offline explorer', () => {
  let app: FastifyInstance;
  beforeAll(async () => {
    app = Fastify();
    expect(await addExplorer(app, explorer)).toBe(true);
  });
  afterAll(() => app.close());

  it('the offline explorer opens with the tour and the given headers, and queries this gateway', async () => {
    const { statusCode, headers: given, body } = await app.inject('/explorer');
    expect({ statusCode, type: given['content-type'] }).toEqual({ statusCode: 200, type: 'text/html; charset=utf-8' });
    for (const text of [
      ...tour.map(({ name }) => `query ${name}(`),
      'planted-user',
      'planted-\\\\\\"token',
      '"/graphql"',
      '/explorer/static/',
    ])
      expect(body).toContain(text);
    expect(body).not.toContain('</script><script>planted');
  });

  it('the offline explorer serves its files, compressed as the browser accepts', async () => {
    const file = (name: string, encoding?: string) =>
      app.inject({
        url: `/explorer/static/${name}`,
        headers: encoding === undefined ? {} : { 'accept-encoding': encoding },
      });
    const [plain, packed] = [await file('ruru.js'), await file('ruru.js', 'br')];
    expect(
      [plain, packed].map((answer) => [
        answer.statusCode,
        answer.headers['content-type'],
        answer.headers['content-encoding'],
      ]),
    ).toEqual([
      [200, 'text/javascript; charset=utf-8', undefined],
      [200, 'text/javascript; charset=utf-8', 'br'],
    ]);
    expect(packed.rawPayload.length).toBeLessThan(plain.rawPayload.length / 2);
  });

  it('unpacks each of its files once: answers that wait to be read share that memory', async () => {
    const sent: unknown[] = [];
    const own = Fastify();
    own.addHook('onSend', async (_request, _reply, payload) => void sent.push(payload));
    await addExplorer(own, explorer);
    onTestFinished(() => own.close());
    await Promise.all(
      ['ruru.css', 'ruru.css?again', 'ruru.css', 'ruru.js'].map((name) => own.inject(`/explorer/static/${name}`)),
    );
    expect(sent).toHaveLength(4);
    expect(new Set(sent).size).toBe(2);
  });

  it.each(['nothing.js', 'ruru.js.map', '', '..%2f..%2fpackage.json', '../../package.json', '%00'])(
    'the offline explorer serves no other files: %j',
    async (name) => {
      expect((await app.inject(`/explorer/static/${name}`)).statusCode).toBe(404);
    },
  );
});

describe('Apollo Sandbox', () => {
  const start = (explorerHeaders?: Record<string, string>): Promise<Gateway> =>
    startGateway({
      config: readConfig({ PORT: '0', LOG_LEVEL: 'silent' }),
      workspaceUrl: 'http://127.0.0.1:1',
      ...(explorerHeaders !== undefined && { explorerHeaders }),
    });
  const pageOf = async (gateway: Gateway): Promise<string> => {
    const response = await fetch(`${gateway.url}/graphql`, { headers: { accept: 'text/html' } });
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    const page = await response.text();
    await gateway.close();
    return page;
  };

  it('Apollo Sandbox opens with the tour, its variables and the given headers, requests cost reports, and sends no telemetry', async () => {
    const page = await pageOf(await start({ 'X-User-Id': 'planted-user' }));
    for (const { name } of tour) expect(page).toContain(`query ${name}(`);
    expect(page).toContain(`"variables":${JSON.stringify(inOneDocument(createTour()).variables)}`);
    for (const place of ['headers', 'sharedHeaders'])
      expect(page).toContain(`"${place}":{"X-User-Id":"planted-user","X-Upstream-Report":"1"}`);
    expect(page).toContain('"runTelemetry":false');
  });

  it('Apollo Sandbox shows empty credential headers if none are given', async () => {
    const page = await pageOf(await start());
    expect(page).toContain('"X-User-Id":"","X-Auth-Token":""');
  });
});
