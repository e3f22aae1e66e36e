/**
 * Quotas over HTTP: a project's limits, what is used of them, and setting them, which only administrators
 * may do.
 */
import { z } from 'zod';
import { ApiFault } from '../http/fault.ts';
import { without } from '../http/listing.ts';
import type { Answer, Exchange, Routes } from '../http/routes.ts';
import { invalidInput, notAllowed } from './faults.ts';
import { attributesIn, whole } from './forms.ts';
import type { Plugin } from './plugin.ts';
import { type QuotaName, quotaNames } from './quotas.ts';

const limit = whole.pipe(z.int().min(-1)).optional();
const limits = z.strictObject(
  Object.fromEntries(quotaNames.map((name) => [name, limit])) as Record<QuotaName, typeof limit>,
);

/** Adds quotas to the routes. */
export function addQuotaRoutes(routes: Routes, { quotas }: Plugin): void {
  const path = '/v2.0/quotas/:project';
  const asked = ({ params, caller }: Exchange, action: 'get' | 'update' | 'delete'): string => {
    const project = params['project'] ?? '';
    const isOwn = project === caller.projectId && action === 'get';
    if (!caller.isAdmin && !isOwn) throw notAllowed(`${action}_quota`);
    return project;
  };
  routes.on('GET', '/v2.0/quotas', ({ caller }) => ({
    body: {
      quotas: quotas.projects
        .filter((project) => caller.isAdmin || project === caller.projectId)
        .map((project) => ({
          ...quotas.limitsOf(project),
          project_id: project,
          tenant_id: project,
        })),
    },
  }));
  routes.on('GET', path, (exchange) => ({
    body: { quota: quotas.limitsOf(asked(exchange, 'get')) },
  }));
  routes.on('GET', `${path}/default`, (exchange) => {
    asked(exchange, 'get');
    return { body: { quota: quotas.defaults } };
  });
  routes.on('GET', `${path}/details`, (exchange) => {
    const project = asked(exchange, 'get');
    const own = quotas.limitsOf(project);
    const details = quotaNames.map((name) => [
      name,
      { limit: own[name], used: quotas.used(name, project), reserved: 0 },
    ]);
    return { body: { quota: Object.fromEntries(details) as object } };
  });
  routes.on('PUT', path, (exchange) => {
    const project = asked(exchange, 'update');
    const { quota } = attributesIn(
      z.object({ quota: z.record(z.string(), z.unknown()) }),
      exchange.body,
    );
    const sent = without(quota, 'project_id', 'tenant_id', 'check_limit', 'force');
    refuseWords(sent);
    const wanted = Object.entries(attributesIn(limits, sent)).filter(
      ([, value]) => value !== undefined,
    );
    quotas.set(project, Object.fromEntries(wanted));
    return { body: { quota: quotas.limitsOf(project) } };
  });
  routes.on('DELETE', path, (exchange): Answer => {
    const project = asked(exchange, 'delete');
    if (quotas.reset(project)) return { status: 204 };
    throw new ApiFault(404, `Quota for tenant ${project} could not be found.`, {
      type: 'TenantQuotaNotFound',
    });
  });
}

/** Quotas are converted before anything else is looked at, with a refusal of their own. */
function refuseWords(sent: Readonly<Record<string, unknown>>): void {
  const word = quotaNames
    .map((name) => sent[name])
    .find((value) => value !== undefined && !whole.safeParse(value).success);
  if (word !== undefined) throw invalidInput(`'${word as string}' is not an integer`);
}
