import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

/** A Kubernetes resource, typed as loosely as a test needs. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: unknown;
}

interface Kustomization {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resources: readonly string[];
  readonly images: readonly { readonly name: string; readonly newTag: string }[];
  readonly configMapGenerator: readonly { readonly name: string; readonly literals: readonly string[] }[];
}

/** What `kubectl kustomize` prints, for the machines that have it. */
export const renderByKubectl = (kubectl: string, folder: string): readonly Resource[] =>
  parseAllDocuments(execFileSync(kubectl, ['kustomize', folder], { encoding: 'utf8', stdio: 'pipe' })).map(
    (document) => document.toJS() as Resource,
  );

/** The same, as far as our folder goes, and without the hash in the names of generated maps. */
export function renderByHand(folder: string): readonly Resource[] {
  const readYaml = (file: string): unknown => parse(readFileSync(join(folder, file), 'utf8'), { merge: true });
  const { apiVersion, kind, resources, images, configMapGenerator, ...others } = readYaml(
    'kustomization.yaml',
  ) as Kustomization;
  const unknown = Object.keys(others);
  if (unknown.length > 0)
    throw new Error(`The test helper does not render ${unknown.join(', ')} of ${kind} ${apiVersion}.`);
  const maps = configMapGenerator.map(({ name, literals }) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: Object.fromEntries(
      literals.map((literal) => [literal.slice(0, literal.indexOf('=')), literal.slice(literal.indexOf('=') + 1)]),
    ),
  }));
  const tagOf = (image: string): string | undefined => images.find(({ name }) => name === image)?.newTag;
  const withTag = (key: string, value: unknown): unknown =>
    key === 'image' && typeof value === 'string' ? [value, tagOf(value)].filter(Boolean).join(':') : value;
  const files = resources.map((file) => JSON.parse(JSON.stringify(readYaml(file), withTag)) as Resource);
  return [...maps, ...files];
}

/** Takes the hash off the names of generated maps, wherever they stand. */
export function withoutHashes(rendered: readonly Resource[]): readonly Resource[] {
  const hashed = rendered.filter(({ kind }) => kind === 'ConfigMap').map(({ metadata }) => metadata.name);
  const plain = (_key: string, value: unknown): unknown =>
    typeof value === 'string' && hashed.includes(value) ? value.replace(/-[a-z0-9]{10}$/, '') : value;
  return JSON.parse(JSON.stringify(rendered, plain)) as readonly Resource[];
}
