/**
 * Octavia v2 over HTTP: the version document, which tells clients what the release can do, and every
 * collection under /v2 and /v2.0.
 */
import { type CloudService, Routes } from '../http/routes.ts';
import { addAdministration } from './administration.ts';
import type { Engine } from './engine.ts';
import { lookupFault } from './faults.ts';
import { addHealthMonitors } from './health-monitors.ts';
import { addL7 } from './l7.ts';
import { addListeners } from './listeners.ts';
import { addLoadBalancers } from './load-balancers.ts';
import { addMembers } from './members.ts';
import { addPools } from './pools.ts';

/** Serves Octavia. */
export function octaviaService(engine: Engine): CloudService {
  const routes = new Routes();
  addVersions(routes, engine);
  addLoadBalancers(routes, engine);
  addListeners(routes, engine);
  addPools(routes, engine);
  addMembers(routes, engine);
  addHealthMonitors(routes, engine);
  addL7(routes, engine);
  addAdministration(routes, engine);
  return {
    name: 'octavia',
    prefix: '/load-balancer',
    routes,
    file: 'env/embedded/openstack/octavia/service.ts',
    isOpen: ({ path }) => path === '',
    faultBody: ({ status, type, message }) =>
      type === lookupFault
        ? { code: status, title: 'Bad Request', description: message }
        : {
            faultcode: status >= 500 ? 'Server' : 'Client',
            faultstring: message,
            debuginfo: null,
          },
  };
}

function addVersions(routes: Routes, { traits }: Engine): void {
  const minors = Array.from({ length: traits.apiMinor + 1 }, (_, minor) => minor);
  routes.on('GET', '', ({ base }) => ({
    body: {
      versions: minors.map((minor) => ({
        id: `v2.${minor}`,
        status: minor === traits.apiMinor ? 'CURRENT' : 'SUPPORTED',
        updated: '2016-12-11T00:00:00Z',
        links: [{ href: `${base}/v2`, rel: 'self' }],
      })),
    },
  }));
}
