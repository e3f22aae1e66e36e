/**
 * Cinder v3 as far as anybody asks: the quotas of a project. There are no volumes.
 */
import { addQuotaSets } from './compute-quotas.ts';
import { type CloudService, Routes } from './http/routes.ts';

const limits = {
  volumes: 10,
  snapshots: 10,
  gigabytes: 1_000,
  backups: 10,
  backup_gigabytes: 1_000,
  per_volume_gigabytes: -1,
  groups: 10,
};

/** Serves Cinder. */
export function cinderService(): CloudService {
  const routes = new Routes();
  const version = (base: string): object => ({
    id: 'v3.0',
    status: 'CURRENT',
    version: '3.70',
    min_version: '3.0',
    updated: '2023-08-31T00:00:00Z',
    links: [{ rel: 'self', href: `${base}/v3/` }],
  });
  routes.on('GET', '', ({ base }) => ({ status: 300, body: { versions: [version(base)] } }));
  routes.on('GET', '/v3', ({ base }) => ({ body: { versions: [version(base)] } }));
  for (const home of ['/v3', '/v3/:home']) {
    addQuotaSets(routes, {
      path: `${home}/os-quota-sets/:project`,
      defaults: limits,
      used: () => ({}),
      isDetailed: ({ query }) => /^true$/i.test(query.get('usage') ?? ''),
    });
  }
  return {
    name: 'cinder',
    prefix: '/volume',
    routes,
    file: 'env/embedded/openstack/cinder.ts',
    isOpen: ({ path }) => path === '' || path === '/v3',
    faultBody: ({ status, message }) => ({
      [status === 403 ? 'forbidden' : 'badRequest']: { code: status, message },
    }),
  };
}
