/**
 * Services and their endpoints: what a service wants of a load balancer is written down, and what is
 * ready behind it.
 */
import { kinds } from '../api/kinds.ts';
import type { BalancerSpec } from '../api/records.ts';
import {
  type Endpoints,
  isGoing,
  keyOf,
  type Service,
  type ServicePort,
} from '../api/resources.ts';
import { annotations, finalizers, headlessLabel } from '../marks.ts';
import { HandlerDied, NotReady } from '../queue.ts';
import { isOpen } from '../release.ts';
import { contains } from './addresses.ts';
import type { BalancerRecord, BalancerRecords } from './balancer-records.ts';
import { type Context, projectOf } from './context.ts';
import { plainSlices, slicesOf } from './endpoint-slices.ts';
import { groupsFor, groupsOf } from './pod-groups.ts';
import { matches } from './selectors.ts';

const supportedTypes = ['ClusterIP', 'LoadBalancer'];

/** The handler of services and endpoints. */
export class Services {
  readonly #context: Context;
  readonly #records: BalancerRecords;
  readonly #skipped = new Set<string>();

  constructor(context: Context, records: BalancerRecords) {
    this.#context = context;
    this.#records = records;
  }

  /** Looks at one service and its endpoints. */
  async work(key: string): Promise<void> {
    const service = this.#context.caches.services.get(key);
    if (service === undefined) return;
    const record = this.#records.of(key);
    if (isGoing(service)) {
      await this.#remove(key, service, record);
      return;
    }
    const reason = this.#reasonToSkip(service);
    if (reason !== undefined) {
      this.#skip(service, reason);
      return;
    }
    const endpoints = this.#context.caches.endpoints.get(key);
    if (record === undefined) {
      const spec = { ...this.#specOf(service), ...this.#slicesOf(endpoints, undefined) };
      const wasOpened = await this.#records.open(service, spec);
      // The handler of KuryrLoadBalancers meets a new one before its endpoints are written down.
      if (wasOpened && this.#context.release.balancerRecord === 'KuryrLoadBalancer') {
        this.#skip(service, 'without Endpoints');
      }
      return;
    }
    const spec = this.#changedSpec(service, record, endpoints);
    if (spec !== undefined) await this.#records.writeSpec(key, spec);
  }

  async #remove(key: string, service: Service, record: BalancerRecord | undefined): Promise<void> {
    if (record !== undefined) {
      await this.#records.closing(key);
    } else {
      await this.#context.kube.removeFinalizer(kinds.services, service, finalizers.service);
    }
  }

  #reasonToSkip(service: Service): string | undefined {
    const { type = 'ClusterIP', clusterIP } = service.spec;
    if (clusterIP === 'None') return 'headless';
    if (!supportedTypes.includes(type)) return 'of unsupported type';
    return (
      this.#reasonOfRelease(service) ??
      (clusterIP === undefined || clusterIP === '' ? 'without an address yet' : undefined)
    );
  }

  #reasonOfRelease({ metadata, spec }: Service): string | undefined {
    const { release } = this.#context;
    const isOld = metadata.annotations?.[annotations.balancerSpec] !== undefined;
    if (release.balancerRecord === 'KuryrLoadBalancer' && isOld) {
      return 'still carrying the annotation of an older release';
    }
    const isDefault = metadata.name === 'kubernetes' && metadata.namespace === 'default';
    if (isDefault && !release.handlesDefaultService) return 'the default one';
    const hasSelector = Object.keys(spec.selector ?? {}).length > 0;
    return hasSelector || release.servicesWithoutSelector ? undefined : 'without selector';
  }

  #skip(service: Service, reason: string): void {
    const { uid } = service.metadata;
    if (this.#skipped.has(uid)) return;
    this.#skipped.add(uid);
    this.#context.events.add(service, {
      reason: 'KuryrServiceSkipped',
      message: `Skipping Service ${keyOf(service)}, ${reason}`,
    });
  }

  #specOf(service: Service): BalancerSpec {
    const { release, settings, facts } = this.#context;
    const { clusterIP = '', loadBalancerIP, ports = [], type = 'ClusterIP' } = service.spec;
    if (!contains(facts.serviceSubnet.cidr, clusterIP)) {
      throw new NotReady(`Found 0 subnets for service ${keyOf(service)} IP ${clusterIP}`);
    }
    const provider = this.#provider();
    return {
      ip: clusterIP,
      ports: ports.map(portOf),
      project_id: projectOf(this.#context, service.metadata.namespace ?? ''),
      security_groups_ids: serviceGroups(this.#context, service),
      subnet_id: settings.service_subnet,
      type,
      ...(provider === undefined ? {} : { provider }),
      ...(loadBalancerIP === undefined ? {} : { lb_ip: loadBalancerIP }),
      ...(release.hasTimeouts ? this.#timeoutsOf(service) : {}),
    };
  }

  /** What is asked of Octavia; nothing where it does not know providers. */
  #provider(): string | undefined {
    const { release, settings, facts } = this.#context;
    const { endpoints_driver_octavia_provider: configured } = settings;
    const { provider: gate } = release.gates;
    if (!isOpen(gate, facts.octaviaApi)) return undefined;
    if (configured !== 'default') return configured;
    return gate === true ? undefined : 'amphora';
  }

  #timeoutsOf({ metadata }: Service): {
    timeout_client_data: number;
    timeout_member_data: number;
  } {
    const { settings, deviations } = this.#context;
    const read = (key: string, fallback: number): number => {
      const text = metadata.annotations?.[key];
      if (text === undefined) return fallback;
      if (/^\s*[+-]?\d+\s*$/.test(text)) return Number(text);
      if (!deviations.badTimeoutKills) return fallback;
      throw new HandlerDied(`invalid literal for int() with base 10: '${text}'`);
    };
    return {
      timeout_client_data: read(annotations.timeoutClient, settings.timeout_client_data),
      timeout_member_data: read(annotations.timeoutMember, settings.timeout_member_data),
    };
  }

  /** The spec as it is to be, if that is another one. */
  #changedSpec(
    service: Service,
    record: BalancerRecord,
    endpoints: Endpoints | undefined,
  ): BalancerSpec | undefined {
    const { endpointSlices: knownSlices, ...known } = record.spec;
    const wanted = this.#specOf(service);
    const own = this.#hasChanged(wanted, known) ? wanted : known;
    const slices = this.#slicesOf(endpoints, record);
    const isSame =
      own === known &&
      JSON.stringify(slices.endpointSlices ?? []) ===
        JSON.stringify(plainSlices(knownSlices ?? []));
    return isSame ? undefined : { ...own, ...slices };
  }

  /** Kuryr compares address, ports, timeouts and provider, and nothing else. */
  #hasChanged(wanted: BalancerSpec, known: BalancerSpec): boolean {
    const { deviations } = this.#context;
    const ports = (spec: BalancerSpec): string => JSON.stringify((spec.ports ?? []).map(portOf));
    const timeouts = (spec: BalancerSpec): string =>
      `${spec.timeout_client_data ?? 0} ${spec.timeout_member_data ?? 0}`;
    return (
      wanted.ip !== known.ip ||
      ports(wanted) !== ports(known) ||
      wanted.provider !== known.provider ||
      timeouts(wanted) !== timeouts(known) ||
      (!deviations.ignoresTypeChange && wanted.type !== known.type) ||
      (!deviations.ignoresAddressChange && wanted.lb_ip !== known.lb_ip)
    );
  }

  /** Endpoints as slices; none before something was ready once. */
  #slicesOf(
    endpoints: Endpoints | undefined,
    record: BalancerRecord | undefined,
  ): Pick<BalancerSpec, 'endpointSlices'> {
    if (endpoints === undefined || headlessLabel in (endpoints.metadata.labels ?? {})) return {};
    const slices = slicesOf(endpoints, this.#context.deviations.endpointsPileUp);
    const hasReady = slices.some((slice) => slice.endpoints.length > 0);
    const hasBalancer = Object.keys(record?.status ?? {}).length > 0;
    return hasReady || hasBalancer ? { endpointSlices: slices } : {};
  }
}

/** The security groups that a service's balancer is noted with: those of its first pod. */
export function serviceGroups(context: Context, { metadata, spec }: Service): readonly string[] {
  const { caches, settings } = context;
  const namespace = metadata.namespace ?? '';
  const { selector } = spec;
  if (selector === undefined || Object.keys(selector).length === 0) {
    return settings.pod_security_groups;
  }
  const [first] = caches.pods
    .in(namespace)
    .filter((pod) => matches({ matchLabels: selector }, pod.metadata.labels))
    .toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name));
  if (first !== undefined) return groupsOf(context, first);
  return settings.security_groups_driver === 'policy'
    ? []
    : groupsFor(context, { namespace, labels: undefined });
}

/** A port as the record keeps it: its target as a text. */
function portOf({ name, port, protocol = 'TCP', targetPort }: ServicePort): ServicePort {
  return {
    ...(name === undefined ? {} : { name }),
    port,
    protocol,
    targetPort: String(targetPort ?? port),
  };
}
