/**
 * Quotas of machines and volumes, in the form that Nova and Cinder share: limits by project, which
 * administrators set.
 */
import { z } from 'zod';
import { ApiFault } from './http/fault.ts';
import type { Exchange, Routes } from './http/routes.ts';

/** How a service keeps its quotas. */
export interface QuotaSets {
  /** The path of the quota set of a project, with ":project" in it. */
  readonly path: string;
  /** The service's own limits where nobody has set any. */
  readonly defaults: Readonly<Record<string, number>>;
  /** What a project uses, by resource. */
  used(project: string): Readonly<Record<string, number>>;
  /** Tells whether a request asks for what is used, too. */
  isDetailed(exchange: Exchange): boolean;
}

const form = z.object({ quota_set: z.record(z.string(), z.unknown()) });

/** Adds the quota sets of a service to its routes. */
export function addQuotaSets(routes: Routes, sets: QuotaSets): void {
  const own = new Map<string, Readonly<Record<string, number>>>();
  const limitsOf = (project: string): Record<string, number> => ({
    ...sets.defaults,
    ...own.get(project),
  });
  const answer = (exchange: Exchange): { readonly body: object } => {
    const { project = '' } = exchange.params;
    const limits = Object.entries(limitsOf(project));
    const used = sets.used(project);
    const shown = limits.map(([name, limit]) => [
      name,
      sets.isDetailed(exchange) ? { limit, in_use: used[name] ?? 0, reserved: 0 } : limit,
    ]);
    return { body: { quota_set: { id: project, ...(Object.fromEntries(shown) as object) } } };
  };
  for (const suffix of ['', '/detail']) routes.on('GET', `${sets.path}${suffix}`, answer);
  routes.on('GET', `${sets.path}/defaults`, ({ params }) => ({
    body: { quota_set: { id: params['project'], ...sets.defaults } },
  }));
  routes.on('PUT', sets.path, ({ params, body, caller }) => {
    if (!caller.isAdmin) {
      throw new ApiFault(403, "Policy doesn't allow quota sets to be updated by this user.");
    }
    const { project = '' } = params;
    own.set(project, { ...own.get(project), ...limitsIn(body, sets.defaults) });
    return { body: { quota_set: limitsOf(project) } };
  });
}

function limitsIn(
  body: unknown,
  known: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const parsed = form.safeParse(body);
  if (!parsed.success) throw new ApiFault(400, "Invalid input: 'quota_set' is a required property");
  const sent = Object.entries(parsed.data.quota_set).filter(([name]) => name !== 'force');
  for (const [name, value] of sent) {
    if (!(name in known) || !Number.isInteger(value) || Number(value) < -1) {
      throw new ApiFault(
        400,
        `Invalid input for field/attribute ${name}. Value: ${String(value)}.`,
      );
    }
  }
  return Object.fromEntries(sent) as Record<string, number>;
}
