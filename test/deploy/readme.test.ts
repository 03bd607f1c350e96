import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { Metrics } from '../../src/observability/metrics.ts';
import { settings } from '../../src/config/settings.ts';
import { projectPath } from '../support/child.ts';
import { docsPage } from '../support/docs.ts';
import { renderByKubectl, type Resource } from '../support/kustomize.ts';
import { idleSources } from '../support/metric-sources.ts';
import { findProgram } from '../support/program.ts';

const folder = join(projectPath, 'deploy');
const readme = readFileSync(join(folder, 'README.md'), 'utf8');
const [overlay = '', adapter = '', prometheus = '', supergraph = ''] = [
  ...readme.matchAll(/```yaml\n([\s\S]*?)```/g),
].map(([, text]) => text);

describe('deploy/README.md', () => {
  test('it has a line for each file of the folder, and every file that it names exists', () => {
    const [table = ''] = readme.split('\n## ');
    for (const name of readdirSync(folder).filter((name) => name !== 'README.md')) expect(table).toContain(`](${name}`);
    for (const [, path = ''] of readme.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
      expect([path, existsSync(join(folder, path))]).toEqual([path, true]);
    }
  });

  test('the settings that it names are settings of the gateway, and nothing else is named', () => {
    const named = [...readme.matchAll(/\b([A-Z]+(?:_[A-Z]+)+)\b/g)].map(([, name = '']) => name);
    const known = [...Object.keys(settings), 'TLS_FOLDER']; // one of compose.yaml
    expect([...new Set(named)].filter((name) => !known.includes(name))).toEqual([]);
  });

  test('the rule for Prometheus Adapter is about the metric by which the autoscaler goes', async () => {
    const { rules } = parse(adapter) as { rules: readonly { seriesQuery: string }[] };
    const series = rules.map(({ seriesQuery }) => seriesQuery.split('{')[0] ?? '');
    const autoscaler = readFileSync(join(folder, 'kustomize/autoscaler.yaml'), 'utf8');
    const printed = await new Metrics(idleSources).print();
    expect(series).toHaveLength(1);
    for (const name of series) {
      expect(autoscaler).toContain(`name: ${name} `);
      expect(printed).toContain(`# TYPE ${name} gauge\n`);
    }
  });

  test('Prometheus reads the alerts of the folder, and as many instances as the deployments start', () => {
    const { rule_files: files, scrape_configs: jobs } = parse(prometheus) as {
      rule_files: string[];
      scrape_configs: { static_configs: { targets: string[] }[] }[];
    };
    expect(files.map((file) => existsSync(join(folder, file)))).toEqual([true]);
    expect(jobs.flatMap(({ static_configs: configs }) => configs.flatMap(({ targets }) => targets))).toHaveLength(2);
  });

  test('the composition takes the published schema, under the name that the router’s settings use', () => {
    const { federation_version: version, subgraphs } = parse(supergraph) as {
      federation_version: string;
      subgraphs: Record<string, { routing_url: string; schema: { file: string } }>;
    };
    const ours = subgraphs['direct-messages'];
    const sdl = readFileSync(join(projectPath, ours?.schema.file ?? ''), 'utf8');
    const [, linked] = /federation\/v([\d.]+)"/.exec(sdl) ?? [];
    expect(version).toBe(`=${linked}.0`);
    expect(ours?.routing_url).toBe('http://gateway:4000/graphql');
    expect(docsPage('federation')).toContain('subgraphs:\n    direct-messages:');
    for (const [, command = ''] of readme.matchAll(/npx -y (@[\w-]+\/[\w-]+@[\d.]+)/g)) {
      const pinned = [
        readFileSync(join(projectPath, 'package.json'), 'utf8'),
        readFileSync(join(projectPath, 'test/scenarios/federation/hive-gateway/main.ts'), 'utf8'),
      ];
      expect([command, pinned.some((text) => text.includes(command))]).toEqual([command, true]);
    }
  });

  test('kubectl, where there is one, renders the overlay: its settings, its image, one map', () => {
    const kubectl = findProgram('kubectl');
    if (kubectl === undefined) return;
    const repository = mkdtempSync(join(tmpdir(), 'overlay-'));
    onTestFinished(() => rmSync(repository, { recursive: true, force: true }));
    symlinkSync(projectPath, join(repository, 'rocketchat-dm-gateway'));
    mkdirSync(join(repository, 'chat'));
    writeFileSync(join(repository, 'chat/kustomization.yaml'), overlay);
    const rendered = renderByKubectl(kubectl, join(repository, 'chat'));
    const [settings, ...more] = rendered.filter(({ kind }: Resource) => kind === 'ConfigMap');
    expect(more).toEqual([]);
    expect(settings?.data).toEqual({
      METRICS: 'on',
      SHUTDOWN_DELAY_MS: '10000',
      ROCKETCHAT_URL: 'https://chat.example.com',
    });
    const text = JSON.stringify(rendered);
    expect(text).toContain('"image":"images.example.com/rocketchat-dm-gateway:0.2.0"');
    expect(text).toContain(`"configMapRef":{"name":"${settings?.metadata.name}"}`);
    for (const { metadata } of rendered) expect(metadata).toMatchObject({ namespace: 'chat' });
  });
});
