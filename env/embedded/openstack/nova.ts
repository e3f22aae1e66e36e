/**
 * Nova v2.1 as far as anybody asks: servers, which are amphorae of Octavia's project, limits, quotas and
 * one hypervisor per host. Nothing can be booted here by a user.
 */
import { addQuotaSets } from './compute-quotas.ts';
import { ApiFault } from './http/fault.ts';
import { listBody } from './http/listing.ts';
import { type CloudService, type Exchange, Routes } from './http/routes.ts';
import type { Server } from './nova-rows.ts';
import type { CloudState } from './state.ts';

const titles: Readonly<Record<number, string>> = {
  400: 'badRequest',
  403: 'forbidden',
  404: 'itemNotFound',
  501: 'notImplemented',
};
const newest = '2.96';

/** Serves Nova. */
export function novaService(state: CloudState): CloudService {
  const routes = new Routes();
  addVersions(routes);
  addServers(routes, state);
  addQuotas(routes, state);
  addHypervisors(routes, state);
  return {
    name: 'nova',
    prefix: '/compute',
    routes,
    file: 'env/embedded/openstack/nova.ts',
    isOpen: ({ path }) => path === '' || path === '/v2.1',
    faultBody: ({ status, message }) => ({
      [titles[status] ?? 'computeFault']: { code: status, message },
    }),
    headers: (exchange) => microversion(exchange),
  };
}

function microversion({ headers }: Exchange): Readonly<Record<string, string>> {
  const asked = headers['openstack-api-version'] ?? headers['x-openstack-nova-api-version'];
  const [, version = '2.1'] = /(\d+\.\d+|latest)$/.exec(String(asked)) ?? [];
  const used = version === 'latest' ? newest : version;
  return {
    'openstack-api-version': `compute ${used}`,
    'x-openstack-nova-api-version': used,
    vary: 'OpenStack-API-Version, X-OpenStack-Nova-API-Version',
  };
}

function addVersions(routes: Routes): void {
  const version = (base: string): object => ({
    id: 'v2.1',
    status: 'CURRENT',
    version: newest,
    min_version: '2.1',
    updated: '2013-07-23T11:33:21Z',
    links: [{ rel: 'self', href: `${base}/v2.1/` }],
  });
  routes.on('GET', '', ({ base }) => ({ body: { versions: [version(base)] } }));
  routes.on('GET', '/v2.1', ({ base }) => ({ body: { version: version(base) } }));
}

function addServers(routes: Routes, state: CloudState): void {
  const seen = ({ caller, query }: Exchange): readonly Server[] => {
    const isAll = caller.isAdmin && (query.get('all_tenants') ?? '') !== '';
    return state.servers.all().filter(({ tenant_id }) => isAll || tenant_id === caller.projectId);
  };
  const list = (exchange: Exchange, isDetailed: boolean): object => {
    const query = new URLSearchParams(exchange.query);
    for (const key of ['all_tenants', 'deleted']) query.delete(key);
    const name = query.get('name');
    query.delete('name');
    const rows = seen(exchange)
      .filter((server) => name === null || server.name.includes(name))
      .map((server) => serverBody(server, exchange, isDetailed));
    return listBody({ key: 'servers', rows, query, address: `${exchange.base}${exchange.path}` });
  };
  routes.on('GET', '/v2.1/servers', (exchange) => ({ body: list(exchange, false) }));
  routes.on('GET', '/v2.1/servers/detail', (exchange) => ({ body: list(exchange, true) }));
  routes.on('GET', '/v2.1/servers/:id', (exchange) => {
    const id = exchange.params['id'] ?? '';
    const server = state.servers.get(id);
    if (
      server === undefined ||
      !(exchange.caller.isAdmin || server.tenant_id === exchange.caller.projectId)
    ) {
      throw new ApiFault(404, `Instance ${id} could not be found.`);
    }
    return { body: { server: serverBody(server, exchange, true) } };
  });
}

function serverBody(
  server: Server,
  { base, caller }: Exchange,
  isDetailed: boolean,
): Record<string, unknown> {
  const { id, name } = server;
  const links = [{ rel: 'self', href: `${base}/v2.1/servers/${id}` }];
  if (!isDetailed) return { id, name, links };
  return {
    id,
    name,
    links,
    status: server.status,
    tenant_id: server.tenant_id,
    user_id: server.user_id,
    created: server.created,
    updated: server.created,
    hostId: '',
    metadata: {},
    addresses: {
      [server.networkName]: [
        {
          version: 4,
          addr: server.address,
          'OS-EXT-IPS:type': 'fixed',
          'OS-EXT-IPS-MAC:mac_addr': server.mac,
        },
      ],
    },
    image: '',
    flavor: {
      original_name: 'amphora',
      ram: server.ramMb,
      vcpus: server.vcpus,
      disk: 3,
      ephemeral: 0,
      swap: 0,
      extra_specs: {},
    },
    key_name: null,
    config_drive: 'True',
    security_groups: [],
    accessIPv4: '',
    accessIPv6: '',
    'OS-EXT-AZ:availability_zone': 'nova',
    'OS-EXT-STS:vm_state': server.status === 'ACTIVE' ? 'active' : 'building',
    'OS-EXT-STS:task_state': server.status === 'ACTIVE' ? null : 'spawning',
    'OS-EXT-STS:power_state': server.status === 'ACTIVE' ? 1 : 0,
    ...(caller.isAdmin
      ? {
          'OS-EXT-SRV-ATTR:host': server.host,
          'OS-EXT-SRV-ATTR:hypervisor_hostname': server.host,
          'OS-EXT-SRV-ATTR:instance_name': `instance-${id.slice(0, 8)}`,
        }
      : {}),
  };
}

const limits = {
  instances: 10,
  cores: 20,
  ram: 51_200,
  key_pairs: 100,
  server_groups: 10,
  metadata_items: 128,
};

function addQuotas(routes: Routes, state: CloudState): void {
  const used = (project: string): { instances: number; cores: number; ram: number } => {
    const own = state.servers.all().filter(({ tenant_id }) => tenant_id === project);
    return {
      instances: own.length,
      cores: own.reduce((sum, { vcpus }) => sum + vcpus, 0),
      ram: own.reduce((sum, { ramMb }) => sum + ramMb, 0),
    };
  };
  routes.on('GET', '/v2.1/limits', ({ caller }) => {
    const own = used(caller.projectId);
    return {
      body: {
        limits: {
          rate: [],
          absolute: {
            maxTotalInstances: limits.instances,
            maxTotalCores: limits.cores,
            maxTotalRAMSize: limits.ram,
            maxTotalKeypairs: limits.key_pairs,
            maxServerMeta: limits.metadata_items,
            maxServerGroups: limits.server_groups,
            totalInstancesUsed: own.instances,
            totalCoresUsed: own.cores,
            totalRAMUsed: own.ram,
            totalServerGroupsUsed: 0,
          },
        },
      },
    };
  });
  addQuotaSets(routes, {
    path: '/v2.1/os-quota-sets/:project',
    defaults: limits,
    used: (project) => ({ ...used(project) }),
    isDetailed: ({ path }) => path.endsWith('/detail'),
  });
}

/** A host that has room for the amphorae of a whole OpenShift. */
const room = { vcpus: 64, memoryMb: 262_144 };

function roomOf(servers: readonly Server[]): object {
  const usedMb = servers.reduce((sum, { ramMb }) => sum + ramMb, 0);
  return {
    vcpus: room.vcpus,
    vcpus_used: servers.reduce((sum, { vcpus }) => sum + vcpus, 0),
    memory_mb: room.memoryMb,
    memory_mb_used: usedMb,
    free_ram_mb: room.memoryMb - usedMb,
    running_vms: servers.length,
  };
}

function addHypervisors(routes: Routes, state: CloudState): void {
  const hosts = ({ caller }: Exchange): readonly string[] => {
    if (!caller.isAdmin) {
      throw new ApiFault(
        403,
        "Policy doesn't allow os_compute_api:os-hypervisors:list to be performed.",
      );
    }
    return [...new Set(state.servers.all().map(({ host }) => host))];
  };
  const body = (host: string, index: number): object => ({
    id: index + 1,
    hypervisor_hostname: host,
    state: 'up',
    status: 'enabled',
    hypervisor_type: 'QEMU',
    ...roomOf(state.servers.all().filter((server) => server.host === host)),
  });
  for (const suffix of ['', '/detail']) {
    routes.on('GET', `/v2.1/os-hypervisors${suffix}`, (exchange) => ({
      body: { hypervisors: hosts(exchange).map(body) },
    }));
  }
  routes.on('GET', '/v2.1/os-availability-zone', () => ({
    body: {
      availabilityZoneInfo: [{ zoneName: 'nova', zoneState: { available: true }, hosts: null }],
    },
  }));
  routes.on('GET', '/v2.1/flavors/detail', () => ({ body: { flavors: [] } }));
}
