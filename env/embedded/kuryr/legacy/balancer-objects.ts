/**
 * What a service wants and has, as the versioned objects that releases up to Ussuri write into
 * annotations.
 */
import type { BalancerSpec, BalancerStatus } from '../api/records.ts';

interface Versioned {
  readonly 'versioned_object.name': string;
  readonly 'versioned_object.namespace': string;
  readonly 'versioned_object.version': string;
  readonly 'versioned_object.data': Readonly<Record<string, unknown>>;
}

const versions: Readonly<Record<string, string>> = {
  LBaaSLoadBalancer: '1.3',
  LBaaSPool: '1.1',
  LBaaSPortSpec: '1.1',
};

function wrap(name: string, fields: object): Versioned {
  return {
    'versioned_object.name': name,
    'versioned_object.namespace': 'kuryr_kubernetes',
    'versioned_object.version': versions[name] ?? '1.0',
    'versioned_object.data': { ...fields },
  };
}

function all(name: string, rows: readonly object[] = []): readonly Versioned[] {
  return rows.map((row) => wrap(name, row));
}

/** Takes every wrapper off a value. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const inner = (value as Partial<Versioned>)['versioned_object.data'] ?? value;
  return Object.fromEntries(
    Object.entries(inner)
      .filter(([, field]) => field !== null)
      .map(([key, field]) => [key, plain(field)]),
  );
}

/** What the object of those releases has no field for. */
const unwritten = ['endpointSlices', 'provider'];

/** Writes what a service wants; the slices are not part of it. */
export function specText(spec: BalancerSpec): string {
  const { ports, ...fields } = spec;
  return JSON.stringify(
    wrap('LBaaSServiceSpec', {
      lb_ip: null,
      ...Object.fromEntries(Object.entries(fields).filter(([key]) => !unwritten.includes(key))),
      ports: all(
        'LBaaSPortSpec',
        ports?.map((port) => ({ name: null, ...port })),
      ),
    }),
  );
}

/** Writes what a service has. */
export function stateText(status: BalancerStatus): string {
  const { loadbalancer, listeners, pools, members, service_pub_ip_info: publicIp } = status;
  return JSON.stringify(
    wrap('LBaaSState', {
      loadbalancer: loadbalancer === undefined ? null : wrap('LBaaSLoadBalancer', loadbalancer),
      listeners: all('LBaaSListener', listeners),
      pools: all('LBaaSPool', pools),
      members: all('LBaaSMember', members),
      service_pub_ip_info: publicIp === undefined ? null : wrap('LBaaSPubIp', publicIp),
    }),
  );
}

/** Reads what a service wants. */
export function specFrom(text: string): BalancerSpec {
  return plain(JSON.parse(text)) as BalancerSpec;
}

/** Reads what a service has. */
export function stateFrom(text: string): BalancerStatus {
  return plain(JSON.parse(text)) as BalancerStatus;
}
