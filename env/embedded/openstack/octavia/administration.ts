/**
 * What Octavia tells of itself and to administrators: providers, flavors, zones, quotas, amphorae.
 */
import { z } from 'zod';
import { ApiFault } from '../http/fault.ts';
import { without } from '../http/listing.ts';
import type { Answer, Exchange, Routes } from '../http/routes.ts';
import { octaviaList, onBoth } from './collection.ts';
import { type Engine, refuseWithoutRole } from './engine.ts';
import { notAllowed, notFound, unsupportedAction } from './faults.ts';
import { attributesIn } from './forms.ts';
import { noStatistics } from './load-balancers.ts';
import { type QuotaName, quotaNames } from './quotas.ts';
import type { Amphora } from './rows.ts';

/** Adds them to the routes. */
export function addAdministration(routes: Routes, engine: Engine): void {
  if (engine.speaks(1)) addProviders(routes, engine);
  else addAbsentProviders(routes);
  addQuotas(routes, engine);
  addAmphorae(routes, engine);
}

function refuseUsers({ caller }: Exchange): void {
  if (!caller.isAdmin) throw notAllowed();
}

/** Queens cannot list providers. */
function addAbsentProviders(routes: Routes): void {
  onBoth(routes, ['GET', '/lbaas/providers'], () => {
    throw new ApiFault(404, 'The resource could not be found.');
  });
}

function addProviders(routes: Routes, engine: Engine): void {
  const { providers } = engine.traits;
  onBoth(routes, ['GET', '/lbaas/providers'], (exchange) => {
    refuseWithoutRole(exchange.caller, 'read');
    const rows = providers.map((entry) => ({ ...entry }));
    // The one list that has no links.
    return { body: without(octaviaList('providers', rows, exchange), 'providers_links') };
  });
  for (const what of ['flavor', 'availability_zone'] as const) {
    if (!engine.speaks(what === 'flavor' ? 6 : 14)) continue;
    onBoth(routes, ['GET', `/lbaas/providers/:name/${what}_capabilities`], (exchange) => {
      refuseUsers(exchange);
      const { name = '' } = exchange.params;
      if (!providers.some((entry) => entry.name === name)) {
        throw new ApiFault(400, `Provider '${name}' is not enabled.`);
      }
      if (name === 'ovn') {
        throw unsupportedAction(
          name,
          `This provider does not support getting the supported ${what === 'flavor' ? 'flavor' : 'availability zone'} metadata.`,
        );
      }
      return {
        body: {
          [`${what}_capabilities`]: amphoraCapabilities[what],
          [`${what}_capabilities_links`]: [],
        },
      };
    });
  }
  for (const [minor, word] of [
    [6, 'flavors'],
    [6, 'flavorprofiles'],
    [14, 'availabilityzones'],
    [14, 'availabilityzoneprofiles'],
  ] as const) {
    if (!engine.speaks(minor)) continue;
    const key = word
      .replace('availabilityzone', 'availability_zone')
      .replace('profiles', '_profiles')
      .replace('flavor_profiles', 'flavorprofiles');
    onBoth(routes, ['GET', `/lbaas/${word}`], (exchange) => ({
      body: octaviaList(key, [], exchange),
    }));
  }
}

const amphoraCapabilities = {
  flavor: [
    {
      name: 'loadbalancer_topology',
      description:
        'The load balancer topology. One of: SINGLE - One amphora per load balancer. ACTIVE_STANDBY - Two amphora per load balancer.',
    },
    { name: 'compute_flavor', description: 'The compute driver flavor ID.' },
  ],
  availability_zone: [
    { name: 'compute_zone', description: 'The compute availability zone.' },
    { name: 'management_network', description: 'The management network ID for the amphora.' },
  ],
} as const;

const limit = z.int().min(-1).nullish();
const quotaForm = z.strictObject({
  ...(Object.fromEntries(quotaNames.map((name) => [name, limit])) as Record<
    QuotaName,
    typeof limit
  >),
  loadbalancer: limit,
  healthmonitor: limit,
});

function addQuotas(routes: Routes, engine: Engine): void {
  const { quotas } = engine;
  const path = '/lbaas/quotas/:project';
  const asked = (exchange: Exchange): string => {
    const project = exchange.params['project'] ?? '';
    if (project !== exchange.caller.projectId) refuseUsers(exchange);
    return project;
  };
  const shown = (project: string): object => {
    const limits = Object.entries(quotas.limitsOf(project));
    // L7 objects can be limited since API 2.19.
    return Object.fromEntries(
      limits.filter(([name]) => engine.speaks(19) || !name.startsWith('l7')),
    );
  };
  onBoth(routes, ['GET', '/lbaas/quotas'], (exchange) => {
    const rows = quotas.projects.map((project) => ({ ...shown(project), project_id: project }));
    return { body: octaviaList('quotas', rows, exchange) };
  });
  onBoth(routes, ['GET', '/lbaas/quotas/defaults'], () => ({ body: { quota: shown('') } }));
  onBoth(routes, ['GET', `${path}/default`], () => ({ body: { quota: shown('') } }));
  onBoth(routes, ['GET', path], (exchange) => {
    refuseWithoutRole(exchange.caller, 'read');
    return { body: { quota: shown(asked(exchange)) } };
  });
  onBoth(routes, ['PUT', path], (exchange) => {
    refuseUsers(exchange);
    const project = asked(exchange);
    const { loadbalancer, healthmonitor, ...sent } = attributesIn(
      quotaForm,
      exchange.body,
      'quota',
    );
    const wanted = { load_balancer: loadbalancer, health_monitor: healthmonitor, ...sent };
    const limits = Object.entries(wanted).filter(([, value]) => typeof value === 'number');
    quotas.set(project, Object.fromEntries(limits));
    return { status: 202, body: { quota: shown(project) } };
  });
  onBoth(routes, ['DELETE', path], (exchange): Answer => {
    refuseUsers(exchange);
    quotas.reset(asked(exchange));
    return { status: 202 };
  });
}

function addAmphorae(routes: Routes, engine: Engine): void {
  const { amphorae } = engine.state;
  const found = (exchange: Exchange): Amphora => {
    refuseUsers(exchange);
    const id = exchange.params['id'] ?? '';
    const amphora = amphorae.get(id);
    if (amphora === undefined) throw notFound('Amphora', id);
    return amphora;
  };
  onBoth(routes, ['GET', '/octavia/amphorae'], (exchange) => {
    refuseUsers(exchange);
    return {
      body: octaviaList(
        'amphorae',
        amphorae.all().map((row) => ({ ...row })),
        exchange,
      ),
    };
  });
  onBoth(routes, ['GET', '/octavia/amphorae/:id'], (exchange) => ({
    body: { amphora: found(exchange) },
  }));
  onBoth(routes, ['GET', '/octavia/amphorae/:id/stats'], (exchange) => {
    const { id, loadbalancer_id } = found(exchange);
    const stats = engine.state.listeners
      .all()
      .filter((row) => row.loadbalancer_id === loadbalancer_id)
      .map((row) => ({ ...noStatistics, id, loadbalancer_id, listener_id: row.id }));
    return { body: { amphora_stats: stats } };
  });
}
