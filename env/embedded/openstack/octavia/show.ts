/**
 * How the API shows its objects: with links to parents and children as lists of ids, and without what
 * the release does not have yet.
 */
import { type Shown, without } from '../http/listing.ts';
import type { Engine } from './engine.ts';
import type {
  HealthMonitor,
  L7Policy,
  L7Rule,
  Listener,
  LoadBalancer,
  Member,
  Pool,
} from './rows.ts';

interface WithId {
  readonly id: string;
}

function ids(rows: readonly WithId[]): readonly WithId[] {
  return rows.map(({ id }) => ({ id }));
}

/** Keeps a field only from a minor version of the API on. */
function from(engine: Engine, minor: number, fields: object): object {
  return engine.speaks(minor) ? fields : {};
}

/** Everything tells its project under the older name too; tags came later. */
function tagged(
  engine: Engine,
  row: { readonly project_id: string; readonly tags: readonly string[] },
): object {
  const { tags, ...rest } = row;
  return { ...rest, tenant_id: row.project_id, ...(engine.speaks(5) ? { tags } : {}) };
}

/** A load balancer. */
export function showBalancer(engine: Engine, row: LoadBalancer): Shown {
  const rest = without(row, 'ownsVipPort', 'availability_zone', 'flavor_id');
  const { listeners, pools } = engine.state;
  return {
    ...tagged(engine, rest),
    listeners: ids(listeners.all().filter(({ loadbalancer_id }) => loadbalancer_id === row.id)),
    pools: ids(pools.all().filter(({ loadbalancer_id }) => loadbalancer_id === row.id)),
    vip_qos_policy_id: null,
    ...from(engine, 6, { flavor_id: row.flavor_id }),
    ...from(engine, 14, { availability_zone: row.availability_zone }),
    ...from(engine, 26, { additional_vips: [] }),
    ...from(engine, 28, { vip_vnic_type: 'normal' }),
    ...from(engine, 29, { vip_sg_ids: [] }),
  };
}

/** A listener. */
export function showListener(engine: Engine, row: Listener): Shown {
  const { loadbalancer_id: balancer, allowed_cidrs: cidrs, ...rest } = row;
  const policies = engine.state.l7Policies
    .all()
    .filter(({ listener_id }) => listener_id === row.id);
  return {
    ...tagged(engine, rest),
    loadbalancers: [{ id: balancer }],
    l7policies: ids(policies),
    default_tls_container_ref: null,
    sni_container_refs: [],
    ...from(engine, 8, {
      client_authentication: 'NONE',
      client_ca_tls_container_ref: null,
      client_crl_container_ref: null,
    }),
    ...from(engine, 12, { allowed_cidrs: cidrs }),
    ...from(engine, 17, { tls_ciphers: null, tls_versions: null }),
    ...from(engine, 20, { alpn_protocols: null }),
    ...from(engine, 27, {
      hsts_max_age: null,
      hsts_include_subdomains: false,
      hsts_preload: false,
    }),
  };
}

/** A pool. */
export function showPool(engine: Engine, row: Pool): Shown {
  const { loadbalancer_id: balancer, ...rest } = row;
  const { listeners, members, healthMonitors } = engine.state;
  const monitor = healthMonitors.all().find(({ pool_id }) => pool_id === row.id);
  return {
    ...tagged(engine, rest),
    loadbalancers: [{ id: balancer }],
    listeners: ids(listeners.all().filter(({ default_pool_id }) => default_pool_id === row.id)),
    members: ids(members.all().filter(({ pool_id }) => pool_id === row.id)),
    ...(monitor === undefined ? {} : { healthmonitor_id: monitor.id }),
    ...from(engine, 8, {
      tls_container_ref: null,
      ca_tls_container_ref: null,
      crl_container_ref: null,
      tls_enabled: false,
    }),
    ...from(engine, 18, { tls_ciphers: null, tls_versions: null }),
    ...from(engine, 24, { alpn_protocols: null }),
  };
}

/** A member, which does not tell its pool. */
export function showMember(engine: Engine, row: Member): Shown {
  const rest = without(row, 'pool_id', 'description');
  return { ...tagged(engine, rest), ...from(engine, 29, { vnic_type: 'normal' }) };
}

/** A health monitor. */
export function showMonitor(engine: Engine, row: HealthMonitor): Shown {
  const rest = without(row, 'pool_id', 'description');
  return {
    ...tagged(engine, rest),
    pools: [{ id: row.pool_id }],
    ...from(engine, 10, { http_version: null, domain_name: null }),
  };
}

/** An L7 policy. */
export function showPolicy(engine: Engine, row: L7Policy): Shown {
  const rules = engine.state.l7Rules.all().filter(({ l7policy_id }) => l7policy_id === row.id);
  return {
    ...tagged(engine, row),
    rules: ids(rules),
    redirect_prefix: null,
    redirect_http_code: null,
  };
}

/** An L7 rule, which does not tell its policy. */
export function showRule(engine: Engine, row: L7Rule): Shown {
  const rest = without(row, 'l7policy_id', 'name', 'description');
  return tagged(engine, rest) as Shown;
}

interface Status extends WithId {
  readonly name: string;
  readonly provisioning_status: string;
  readonly operating_status: string;
}

function statusOf({ id, name, provisioning_status, operating_status }: Status): Status {
  return { id, name, provisioning_status, operating_status };
}

/** The status of a load balancer and of everything below it. */
export function statusTree({ state }: Engine, row: LoadBalancer): Shown {
  const poolStatus = (pool: Pool): object => {
    const monitor = state.healthMonitors.all().find(({ pool_id }) => pool_id === pool.id);
    return {
      ...statusOf(pool),
      ...(monitor === undefined
        ? {}
        : { health_monitor: { ...statusOf(monitor), type: monitor.type } }),
      members: state.members
        .all()
        .filter(({ pool_id }) => pool_id === pool.id)
        .map((member) => ({
          ...statusOf(member),
          address: member.address,
          protocol_port: member.protocol_port,
        })),
    };
  };
  const listeners = state.listeners
    .all()
    .filter(({ loadbalancer_id }) => loadbalancer_id === row.id)
    .map((listener) => {
      const pool = state.pools.get(listener.default_pool_id ?? '');
      return { ...statusOf(listener), pools: pool === undefined ? [] : [poolStatus(pool)] };
    });
  return { statuses: { loadbalancer: { ...statusOf(row), listeners } } };
}
