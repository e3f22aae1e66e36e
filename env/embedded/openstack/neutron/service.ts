/**
 * Neutron v2.0 over HTTP: version documents and every collection.
 */
import type { CloudService, Routes as RoutesType } from '../http/routes.ts';
import { Routes } from '../http/routes.ts';
import { floatingIps } from './floating-ips.ts';
import { securityGroups } from './groups.ts';
import { addInventoryRoutes } from './inventory.ts';
import { networks } from './networks.ts';
import type { Plugin } from './plugin.ts';
import { ports } from './port-policy.ts';
import { addQuotaRoutes } from './quota-routes.ts';
import { addResource } from './resource.ts';
import { addRouterRoutes } from './router-interfaces.ts';
import { routers } from './routers.ts';
import { securityGroupRules } from './rules.ts';
import { subnetPools } from './subnet-pools.ts';
import { subnets } from './subnets.ts';
import { addTagRoutes } from './tags.ts';
import { addSubPortRoutes, trunks } from './trunks.ts';

/** Serves Neutron. */
export function neutronService(plugin: Plugin): CloudService {
  const routes = new Routes();
  addVersionRoutes(routes);
  const ignoresFilters = !plugin.traits.extensions.has('filter-validation');
  addResource(routes, { ...networks(plugin), ignoresFilters });
  addResource(routes, { ...subnets(plugin), ignoresFilters });
  addResource(routes, { ...subnetPools(plugin), ignoresFilters });
  addResource(routes, { ...ports(plugin), ignoresFilters });
  addResource(routes, { ...trunks(plugin), ignoresFilters });
  addResource(routes, { ...securityGroups(plugin), ignoresFilters });
  addResource(routes, { ...securityGroupRules(plugin), ignoresFilters });
  addResource(routes, { ...routers(plugin), ignoresFilters });
  addResource(routes, { ...floatingIps(plugin), ignoresFilters });
  addSubPortRoutes(routes, plugin);
  addRouterRoutes(routes, plugin);
  addTagRoutes(routes, plugin);
  addQuotaRoutes(routes, plugin);
  addInventoryRoutes(routes, plugin);
  return {
    name: 'neutron',
    prefix: '/networking',
    routes,
    file: 'env/embedded/openstack/neutron/service.ts',
    isOpen: ({ path }) => path === '',
    faultBody: ({ type, message, detail }) => ({ NeutronError: { type, message, detail } }),
  };
}

function addVersionRoutes(routes: RoutesType): void {
  routes.on('GET', '', ({ base }) => ({
    body: {
      versions: [
        { id: 'v2.0', status: 'CURRENT', links: [{ rel: 'self', href: `${base}/v2.0/` }] },
      ],
    },
  }));
  routes.on('GET', '/v2.0', ({ base }) => ({
    body: {
      resources: ['network', 'subnet', 'subnetpool', 'port'].map((name) => ({
        name,
        collection: `${name}s`,
        links: [{ rel: 'self', href: `${base}/v2.0/${name}s` }],
      })),
    },
  }));
}
