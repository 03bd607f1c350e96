import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { projectPath } from '../support/child.ts';
import { everyMetric, type PrintedMetric } from '../support/every-metric.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
  readonly targets?: readonly { readonly refId: string; readonly expr: string; readonly legendFormat: string }[];
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

const read = (path: string): string => readFileSync(join(projectPath, path), 'utf8');
const dashboard = JSON.parse(read('deploy/grafana-dashboard.json')) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
};
const { groups } = parse(read('deploy/prometheus-alerts.yaml')) as { groups: readonly { rules: readonly Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const targets = panels.flatMap((panel) => panel.targets ?? []);

/** Labels that Prometheus adds to what it scrapes. */
const scraped = ['job', 'instance'];

let metrics: ReadonlyMap<string, PrintedMetric>;
beforeAll(async () => {
  metrics = await everyMetric();
});

/** Names of series in an expression of PromQL. */
const seriesIn = (expr: string): string[] => [...expr.matchAll(/\b(?:gateway|process)_\w+/g)].map(([name]) => name);

/** The metric that a series is of, and its labels; undefined where there is no such series. */
function seriesOf(name: string): { readonly metric: string; readonly labels: readonly string[] } | undefined {
  const plain = metrics.get(name);
  if (plain !== undefined) return plain.type === 'histogram' ? undefined : { metric: name, labels: plain.labels };
  const [, metric = '', suffix] = /^(\w+)_(bucket|sum|count)$/.exec(name) ?? [];
  const histogram = metrics.get(metric);
  if (histogram?.type !== 'histogram') return undefined;
  return { metric, labels: suffix === 'bucket' ? [...histogram.labels, 'le'] : histogram.labels };
}

/** Labels that an expression selects or groups by. */
const labelsIn = (expr: string): string[] => [
  ...[...expr.matchAll(/[{,]\s*(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
  ...[...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(',').map((label) => label.trim())),
];

/** What is wrong with an expression. */
function mistakesIn(expr: string): string[] {
  const series = seriesIn(expr).map((name) => ({ name, known: seriesOf(name) }));
  const unknown = series.filter(({ known }) => known === undefined).map(({ name }) => `no series ${name}`);
  if (series.length === 0) return ['no series'];
  const labels = new Set([...series.flatMap(({ known }) => known?.labels ?? []), ...scraped]);
  return [...unknown, ...labelsIn(expr).flatMap((label) => (labels.has(label) ? [] : [`no label ${label}`]))];
}

describe('The reader of expressions', () => {
  test.each([
    ['sum by (endpoint) (rate(gateway_upstream_calls_total{job=~"$job"}[5m]))', []],
    ['histogram_quantile(0.9, sum by (le) (rate(gateway_request_duration_seconds_bucket[5m])))', []],
    ['rate(gateway_request_duration_seconds[5m])', ['no series gateway_request_duration_seconds']],
    ['gateway_connections_sum', ['no series gateway_connections_sum']],
    ['sum by (user) (gateway_connections)', ['no label user']],
    ['sum by (le) (gateway_request_duration_seconds_count)', ['no label le']],
    ['gateway_connections{code="X"}', ['no label code']],
    ['up', ['no series']],
  ])('%s', (expr, mistakes) => {
    expect(mistakesIn(expr)).toEqual(mistakes);
  });
});

describe('The dashboard', () => {
  test('asks for series and labels that exist, and names lines by labels that they have', () => {
    expect(targets.length).toBeGreaterThan(20);
    for (const { expr, legendFormat } of targets) {
      expect([expr, mistakesIn(expr)]).toEqual([expr, []]);
      const kept = /\bby \(/.test(expr) ? labelsIn(expr.slice(expr.search(/\bby \(/))) : scraped;
      for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
        expect([expr, kept]).toEqual([expr, expect.arrayContaining([label])]);
    }
    const variables = dashboard.templating.list.flatMap(({ definition = '' }) => seriesIn(definition));
    expect(variables.map((name) => seriesOf(name)?.metric)).toEqual(variables);
  });

  test('shows every metric, but for those that few look at', () => {
    const shown = new Set(targets.flatMap(({ expr }) => seriesIn(expr)).map((name) => seriesOf(name)?.metric));
    expect([...metrics.keys()].filter((name) => !shown.has(name))).toEqual([
      'gateway_unlisted_requests_total', // for the weeks before a list is enforced
      'gateway_held_tokens', // for tests of the gateway
    ]);
  });

  test('has panels with an id of their own, side by side', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)} ${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { gridPos } of dashboard.panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    for (const panel of panels) {
      const refIds = panel.targets?.map(({ refId }) => refId) ?? [];
      expect([panel.title, new Set(refIds).size]).toEqual([panel.title, refIds.length]);
    }
  });

  test('takes the data source and the job from whoever looks', () => {
    expect(dashboard.templating.list.map(({ name }) => name)).toEqual(['datasource', 'job']);
    for (const { expr } of targets) expect(expr.match(/\{job=~"\$job"[,}]/g), expr).toHaveLength(seriesIn(expr).length);
  });
});

describe('The alerts', () => {
  test('ask for series and labels that exist', () => {
    expect(rules.length).toBeGreaterThan(5);
    for (const { expr } of rules) expect([expr, mistakesIn(expr)]).toEqual([expr, []]);
  });

  test('name error codes that exist', async () => {
    const { errorCodes } = await import('../../src/errors.ts');
    const named = [...rules, ...targets].flatMap(({ expr }) =>
      [...expr.matchAll(/code=~?"([^"]*)"/g)].flatMap(([, codes = '']) => codes.split('|')),
    );
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((code) => !(code in errorCodes))).toEqual([]);
  });

  test('say what is wrong and what to do, and how grave it is', () => {
    expect(rules.length).toBeGreaterThan(5);
    for (const { alert, labels, annotations } of rules) {
      expect(alert).toMatch(/^Gateway[A-Z]\w+$/);
      expect(['critical', 'warning', 'info']).toContain(labels.severity);
      expect([annotations.summary.length > 10, annotations.description.length > 30]).toEqual([true, true]);
    }
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });

  test('have a case each for promtool, which uses series that exist', () => {
    const cases = read('test/deploy/alerts.yaml');
    expect(rules.length).toBeGreaterThan(5);
    for (const { alert } of rules) expect(cases).toContain(alert);
    const series = [...cases.matchAll(/series: '(\w+)\{([^}]*)\}'/g)];
    expect(series.length).toBeGreaterThan(20);
    for (const [text, name = '', labels = ''] of series) {
      const known = [...(seriesOf(name)?.labels ?? []), ...scraped];
      const given = [...labels.matchAll(/(\w+)=/g)].map(([, label = '']) => label);
      expect([text, given.filter((label) => !known.includes(label))]).toEqual([text, []]);
    }
  });
});
