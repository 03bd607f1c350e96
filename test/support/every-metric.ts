import { Metrics } from '../../src/observability/metrics.ts';
import { idleSources } from './metric-sources.ts';

export interface PrintedMetric {
  readonly help: string;
  readonly type: string;
  /** Of its samples, `le` of histograms aside. */
  readonly labels: readonly string[];
}

/** What `/metrics` prints of a gateway in which everything has happened once, by the name of the metric. */
export async function everyMetric(): Promise<ReadonlyMap<string, PrintedMetric>> {
  const metrics = new Metrics({
    ...idleSources,
    shed: () => new Map([['in_flight', 1]]),
    windows: () => [{ endpoint: 'me', limit: 10, remaining: 9 }],
  });
  metrics.calls.waited('me', 100);
  metrics.calls.sends('me').ended(10, 200);
  metrics.requestEnded({
    status: 200,
    seconds: 0.1,
    codes: { FORBIDDEN: 1 },
    upstreamCalls: new Map([['me', 1]]),
    runBy: 'compiled',
    operation: { listedName: 'Inbox', plannedCalls: 2, spentCalls: 1 },
  });
  return metricsIn(await metrics.print());
}

function metricsIn(text: string): ReadonlyMap<string, PrintedMetric> {
  const found = new Map<string, PrintedMetric>();
  for (const block of text.split(/^# HELP /m).slice(1)) {
    const [, name = '', help = '', type = ''] = /^(\S+) (.*)\n# TYPE \S+ (\S+)\n/.exec(block) ?? [];
    const labels = [...block.matchAll(/[{,](\w+)="/g)].map(([, label = '']) => label);
    found.set(name, { help, type, labels: [...new Set(labels)].filter((label) => label !== 'le') });
  }
  return found;
}
