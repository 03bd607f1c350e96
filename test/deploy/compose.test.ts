import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { settings } from '../../src/config/settings.ts';
import { projectPath } from '../support/child.ts';
import { onlyOf, readStages } from '../support/dockerfile.ts';

/**
 * What the Compose Specification says of the keys that our file uses, and no others: the schemas on npm are old copies.
 */
const names = z.array(z.string());
const duration = z.string().regex(/^\d+(?:ms|s|m)$/);
const service = z.strictObject({
  build: z.string().optional(),
  image: z.string().optional(),
  command: names.optional(),
  entrypoint: names.optional(),
  environment: z.record(z.string().regex(/^[A-Z_]+$/), z.string()).optional(),
  depends_on: z
    .record(
      z.string(),
      z.strictObject({ condition: z.enum(['service_started', 'service_healthy', 'service_completed_successfully']) }),
    )
    .optional(),
  deploy: z
    .strictObject({
      replicas: z.int().positive(),
      resources: z.strictObject({ limits: z.strictObject({ memory: z.string().regex(/^\d+[KMG]$/) }) }),
    })
    .optional(),
  healthcheck: z
    .strictObject({
      test: z.array(z.string()).refine(([kind = '']) => ['CMD', 'CMD-SHELL'].includes(kind)),
      interval: duration,
      timeout: duration,
      retries: z.int().positive(),
    })
    .optional(),
  stop_grace_period: duration.optional(),
  restart: z.enum(['no', 'always', 'on-failure', 'unless-stopped']).optional(),
  user: z
    .string()
    .regex(/^\d+:\d+$/)
    .optional(),
  read_only: z.boolean().optional(),
  tmpfs: names.optional(),
  cap_drop: names.optional(),
  security_opt: names.optional(),
  network_mode: z.enum(['none', 'host', 'bridge']).optional(),
  networks: names.optional(),
  volumes: z.array(z.string().regex(/^[^:]+(?::-\w+\})?:\/[^:]*(?::ro)?$/)).optional(),
  ports: z.array(z.string().regex(/^(?:\d+|\$\{\w+:-\d+\}):\d+$/)).optional(),
});
const composeFile = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/),
  services: z.strictObject({ gateway: service, store: service, certificate: service, nginx: service }),
  networks: z.record(z.string(), z.strictObject({ internal: z.boolean().optional() })),
  volumes: z.record(z.string(), z.strictObject({})),
});

const read = (path: string): string => readFileSync(join(projectPath, path), 'utf8');
const written: unknown = parse(read('deploy/compose.yaml'));
const compose = composeFile.parse(written);
const { gateway, store, nginx } = compose.services;
const services: readonly (readonly [string, z.output<typeof service>])[] = Object.entries(compose.services);

describe('deploy/compose.yaml', () => {
  test('it has only keys of the Compose Specification, with values that they take; a misspelt one would be noticed', () => {
    expect(compose).toEqual(written);
    const misspelt = { ...compose, services: { ...compose.services, gateway: { ...gateway, enviroment: {} } } };
    expect(composeFile.safeParse(misspelt).success).toBe(false);
  });

  test('what services name exists: other services, networks, volumes and files', () => {
    for (const [name, { depends_on = {}, networks = [], volumes = [] }] of services) {
      for (const [needed, { condition }] of Object.entries(depends_on)) {
        const service = services.find(([other]) => other === needed)?.[1];
        expect([name, needed, service !== undefined]).toEqual([name, needed, true]);
        // Healthy by a check of its own, or by the one in our image.
        if (condition === 'service_healthy') expect(service?.healthcheck ?? service?.build).toBeDefined();
      }
      for (const network of networks) expect(Object.keys(compose.networks)).toContain(network);
      for (const volume of volumes) {
        const source = volume.replace(/:\/.*$/, '').replace(/^\$\{\w+:-(.*)\}$/, '$1');
        if (source.startsWith('.')) expect(existsSync(join(projectPath, 'deploy', source))).toBe(true);
        else expect(Object.keys(compose.volumes)).toContain(source);
      }
    }
    expect(existsSync(join(projectPath, 'deploy', gateway.build ?? '', 'Dockerfile'))).toBe(true);
  });

  test('two instances share a store that nothing else reaches, and only nginx has a port', () => {
    expect(gateway.deploy?.replicas).toBe(2);
    expect(gateway.environment?.['SHARED_STORE']).toBe('redis://store:6379');
    const inside = services.filter(([, { networks = [] }]) => networks.includes('inside')).map(([name]) => name);
    expect(inside).toEqual(['gateway', 'store']);
    expect(store.networks).toEqual(['inside']);
    expect(compose.networks['inside']).toEqual({ internal: true });
    expect(services.filter(([, { ports }]) => ports !== undefined)).toEqual([['nginx', nginx]]);
  });

  test('the instances get settings of the gateway, and the one that has no default is asked for', () => {
    const environment = gateway.environment ?? {};
    for (const name of Object.keys(environment)) expect(Object.keys(settings)).toContain(name);
    expect(environment['ROCKETCHAT_URL']).toMatch(/^\$\{ROCKETCHAT_URL:\?.+\}$/);
  });

  test('nginx’s file names the instances as compose does, and the port of the image', () => {
    const [, image] = readStages(read('Dockerfile'));
    const port = image === undefined ? '' : onlyOf(image, 'EXPOSE');
    expect(read('deploy/nginx.conf')).toContain(`server gateway:${port} `);
    expect(nginx.networks?.filter((name) => gateway.networks?.includes(name))).toEqual(['outside']);
    expect(nginx.ports).toEqual(['${HTTPS_PORT:-8443}:443']);
    expect(read('deploy/nginx.conf')).toMatch(/^ *listen 443 ssl/m);
  });

  test('instances have no privileges, nowhere to write, and time to end', () => {
    expect(gateway).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    const graceMs = Number(settings.SHUTDOWN_GRACE_MS.default.replaceAll('`', ''));
    expect(Number(/^(\d+)s$/.exec(gateway.stop_grace_period ?? '')?.[1]) * 1000).toBeGreaterThanOrEqual(graceMs + 2000);
  });
});
