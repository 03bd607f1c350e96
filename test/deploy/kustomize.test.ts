import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Service } from 'kubernetes-models/v1/Service';
import { afterAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { defaultAdmission } from '../../src/http/admission.ts';
import { Metrics } from '../../src/observability/metrics.ts';
import { settings } from '../../src/config/settings.ts';
import { projectPath } from '../support/child.ts';
import { onlyOf, readStages, wordsOf } from '../support/dockerfile.ts';
import { renderByHand, renderByKubectl, withoutHashes, type Resource } from '../support/kustomize.ts';
import { idleSources } from '../support/metric-sources.ts';
import { findProgram } from '../support/program.ts';

const base = join(projectPath, 'deploy/kustomize');
const rendered = renderByHand(base);
const models = { ConfigMap, Service, Deployment, PodDisruptionBudget, HorizontalPodAutoscaler, NetworkPolicy };
type Kind = keyof typeof models;

/** The only resource of a kind, as its type says: the schema tests hold that it is one. */
function only<K extends Kind>(kind: K): InstanceType<(typeof models)[K]> {
  const [found, ...more] = rendered.filter((resource) => resource.kind === kind);
  if (found === undefined || more.length > 0) throw new Error(`There is not one ${kind}.`);
  return found as InstanceType<(typeof models)[K]>;
}

const pod = only('Deployment').spec?.template;
const [container, ...moreContainers] = pod?.spec?.containers ?? [];
const config = readConfig({ NODE_ENV: 'production', ...only('ConfigMap').data });

describe('deploy/kustomize: schema', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kustomize-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Excess properties are errors to the compiler, which the validators let pass, as Kubernetes itself does. */
  const typeErrors = (resources: readonly Resource[]): string => {
    const lines = resources.flatMap(({ apiVersion, kind, ...rest }, index) => [
      `import type { I${kind} as T${index} } from 'kubernetes-models/${apiVersion}/${kind}';`,
      `export const resource${index}: T${index} = ${JSON.stringify({ apiVersion, kind, ...rest })};`,
    ]);
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'resources.ts'), lines.join('\n'));
    rmSync(join(folder, 'node_modules'), { force: true });
    symlinkSync(join(projectPath, 'node_modules'), join(folder, 'node_modules'));
    const flags = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--target',
      'es2024',
      '--types',
      '',
    ];
    try {
      execFileSync(join(projectPath, 'node_modules/.bin/tsc'), [...flags, 'resources.ts'], {
        cwd: folder,
        encoding: 'utf8',
      });
      return '';
    } catch (error) {
      return (error as { stdout: string }).stdout;
    }
  };

  test('the base names each of its files once, and renders one resource of each kind', () => {
    const { length } = readdirSync(base).filter((file) => file !== 'kustomization.yaml');
    expect(rendered.map(({ kind }) => kind).toSorted()).toEqual(Object.keys(models).toSorted());
    expect(rendered.length).toBe(length + 1);
  });

  test('each resource has only fields that Kubernetes knows, with values that it takes', () => {
    expect(typeErrors(rendered)).toBe('');
    for (const resource of rendered) new models[resource.kind as Kind](resource as never).validate();
  });

  test('a misspelt field, a wrong type and a wrong value would be noticed', () => {
    const altered = (from: string, to: string) => JSON.parse(JSON.stringify(rendered).replace(from, to)) as Resource[];
    expect(typeErrors(altered('"readOnlyRootFilesystem"', '"readOnlyRootFileSystem"'))).toContain(
      'readOnlyRootFileSystem',
    );
    expect(typeErrors(altered('"containerPort":4000', '"containerPort":"4000"'))).toContain('not assignable');
    const wrong = altered('"50m"', '"fifty"').find(({ kind }) => kind === 'HorizontalPodAutoscaler');
    expect(() => new HorizontalPodAutoscaler(wrong as never).validate()).toThrow(/averageValue/);
  });

  test('kubectl, where there is one, renders the same', () => {
    const kubectl = findProgram('kubectl');
    if (kubectl === undefined) return;
    const byKind = (resources: readonly Resource[]) => resources.toSorted((a, b) => a.kind.localeCompare(b.kind));
    expect(byKind(withoutHashes(renderByKubectl(kubectl, base)))).toEqual(byKind(rendered));
  });
});

describe('deploy/kustomize: what belongs together', () => {
  test('service, budget, policy and autoscaler mean the pods of the deployment', () => {
    const labels = pod?.metadata?.labels ?? {};
    expect(Object.keys(labels).length).toBeGreaterThan(0);
    const { name } = only('Deployment').metadata ?? {};
    expect(only('Deployment').spec?.selector.matchLabels).toEqual(labels);
    expect(only('Service').spec?.selector).toEqual(labels);
    expect(only('PodDisruptionBudget').spec?.selector?.matchLabels).toEqual(labels);
    expect(only('NetworkPolicy').spec?.podSelector?.matchLabels).toEqual(labels);
    expect(only('HorizontalPodAutoscaler').spec?.scaleTargetRef).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name,
    });
    // The autoscaler alone decides how many there are, and never fewer than a budget of one needs.
    expect(only('Deployment').spec?.replicas).toBeUndefined();
    expect(only('HorizontalPodAutoscaler').spec?.minReplicas).toBeGreaterThan(1);
  });

  test('ports meet: the container’s, the service’s, the policy’s, the probes’ and the gateway’s own', () => {
    expect(container?.ports).toEqual([{ name: 'http', containerPort: config.port }]);
    expect(only('Service').spec?.ports).toEqual([{ name: 'http', port: config.port, targetPort: 'http' }]);
    expect(only('NetworkPolicy').spec?.ingress?.flatMap(({ ports = [] }) => ports)).toEqual([
      { protocol: 'TCP', port: 'http' },
    ]);
    const { startupProbe, livenessProbe, readinessProbe } = container ?? {};
    expect([startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.httpGet)).toEqual([
      { path: '/healthz', port: 'http' },
      { path: '/healthz', port: 'http' },
      { path: '/readyz', port: 'http' },
    ]);
  });

  test('the autoscaler goes by a metric that the gateway has', async () => {
    const names = only('HorizontalPodAutoscaler').spec?.metrics?.map(({ pods }) => pods?.metric.name);
    const printed = await new Metrics(idleSources).print();
    expect(names).toHaveLength(1);
    for (const name of names ?? []) expect(printed).toContain(`# TYPE ${name} gauge\n`);
    expect(config.hasMetrics).toBe(true);
    // Pods join well before others have to refuse requests.
    const target = only('HorizontalPodAutoscaler').spec?.metrics?.[0]?.pods?.target.averageValue;
    expect(target).toMatch(/^\d+m$/);
    expect(Number.parseInt(String(target), 10)).toBeLessThanOrEqual(defaultAdmission.maxLoopDelayMs / 2);
  });

  test('the pods take their settings from the map and the secret, and they are settings of the gateway', () => {
    expect(container?.envFrom).toEqual([{ configMapRef: { name: only('ConfigMap').metadata?.name } }]);
    const names = [...Object.keys(only('ConfigMap').data ?? {}), ...(container?.env ?? []).map(({ name }) => name)];
    for (const name of names) expect(Object.keys(settings)).toContain(name);
  });

  test('a pod lives long enough to notice, to drain and to end by itself', () => {
    const { readinessProbe } = container ?? {};
    const noticedMs = (readinessProbe?.periodSeconds ?? 10) * (readinessProbe?.failureThreshold ?? 3) * 1000;
    expect(config.shutdownDelayMs).toBeGreaterThan(noticedMs);
    const graceMs = (pod?.spec?.terminationGracePeriodSeconds ?? 30) * 1000;
    expect(graceMs).toBeGreaterThanOrEqual(config.shutdownDelayMs + config.shutdownGraceMs + 2000);
  });

  test('a pod has the image’s user and command, no privileges, and nowhere to write', () => {
    const [, image] = readStages(readFileSync(join(projectPath, 'Dockerfile'), 'utf8'));
    if (image === undefined) throw new Error('The Dockerfile has no second stage.');
    expect(moreContainers).toEqual([]);
    expect(container?.command).toEqual(wordsOf(onlyOf(image, 'ENTRYPOINT')));
    const { runAsUser, runAsGroup, runAsNonRoot, seccompProfile } = pod?.spec?.securityContext ?? {};
    expect(`${runAsUser}:${runAsGroup}`).toBe(onlyOf(image, 'USER'));
    expect({ runAsNonRoot, seccompProfile }).toEqual({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container?.volumeMounts).toBeUndefined();
    expect(pod?.spec).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
  });
});
