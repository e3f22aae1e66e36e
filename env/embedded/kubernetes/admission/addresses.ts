/**
 * Cluster IPs and node ports of services: given out, taken as asked, and free again with their service.
 */
import type { Admission, Api } from '../api/verbs.ts';
import { tableOf } from '../kinds/kind.ts';
import type { Service, ServicePort } from '../objects.ts';
import { Problems } from '../status.ts';
import type { Random } from '../../world.ts';
import { addressAt, type Cidr, cidrOf, isInCidr } from './cidr.ts';

const nodePorts = { least: 30_000, most: 32_767 };

/** Gives addresses to services. */
export class ServiceAddresses implements Admission {
  readonly #api: Api;
  readonly #random: Random;
  readonly #cidr: Cidr;
  readonly #ips = new Set<string>();
  readonly #ports = new Set<string>();

  constructor(api: Api, random: Random, cidr: string) {
    this.#api = api;
    this.#random = random;
    this.#cidr = cidrOf(cidr);
    api.store.listen(tableOf(api.kind('v1', 'Service')), {}, ({ type, object, previous }) => {
      if (previous !== undefined) this.#release(previous as Service);
      if (type !== 'DELETED') this.#take(object as Service);
    });
  }

  /** Chooses what was not asked for. */
  mutate({ kind, object, current }: Parameters<NonNullable<Admission['mutate']>>[0]): void {
    if (kind.kind !== 'Service' || kind.group !== '') return;
    const service = object as Service;
    const before = current as Service | undefined;
    if (service.spec.type === 'ExternalName') {
      delete service.spec.clusterIP;
      delete service.spec.clusterIPs;
      return;
    }
    this.#clusterIp(service, before);
    this.#nodePorts(service, before);
    service.spec.ipFamilies ??= ['IPv4'];
    service.spec.ipFamilyPolicy ??= 'SingleStack';
  }

  #clusterIp({ metadata, spec }: Service, before: Service | undefined): void {
    const asked = spec.clusterIP ?? spec.clusterIPs?.[0] ?? '';
    const old = before?.spec.clusterIP ?? '';
    if (before === undefined && asked !== '' && asked !== 'None') {
      this.#checkIp(metadata.name, asked);
    }
    spec.clusterIP = [asked, old].find((ip) => ip !== '') ?? this.#freeIp();
    spec.clusterIPs = [spec.clusterIP];
  }

  #checkIp(name: string, ip: string): void {
    const problems = new Problems();
    const head = `failed to allocate IP ${ip}:`;
    if (!isInCidr(ip, this.#cidr)) {
      const text = `${head} the provided IP (${ip}) is not in the valid range. The range of valid IPs is ${this.#cidr.text}`;
      problems.invalid('spec.clusterIPs', [ip], text);
    } else if (this.#ips.has(ip)) {
      problems.invalid('spec.clusterIPs', [ip], `${head} provided IP is already allocated`);
    }
    problems.refuse(this.#api.kind('v1', 'Service'), name);
  }

  #nodePorts({ metadata, spec }: Service, before: Service | undefined): void {
    const problems = new Problems();
    const isWanted = wantsNodePorts(spec);
    for (const [index, port] of (spec.ports ?? []).entries()) {
      const place = { field: `spec.ports[${index}].nodePort`, problems };
      if (isWanted) this.#nodePort(port, nodePortOf(before, port), place);
      else delete port.nodePort;
    }
    problems.refuse(this.#api.kind('v1', 'Service'), metadata.name);
  }

  #nodePort(
    port: ServicePort,
    old: number | undefined,
    { field, problems }: { readonly field: string; readonly problems: Problems },
  ): void {
    const { protocol = 'TCP', nodePort = 0 } = port;
    if (nodePort === 0) port.nodePort = old ?? this.#freePort(protocol);
    else if (nodePort !== old) this.#checkPort(problems, field, [nodePort, protocol]);
  }

  #checkPort(problems: Problems, field: string, [port, protocol]: [number, string]): void {
    if (port < nodePorts.least || port > nodePorts.most) {
      const range = `${nodePorts.least}-${nodePorts.most}`;
      const text = `provided port is not in the valid range. The range of valid ports is ${range}`;
      problems.invalid(field, port, text);
    } else if (this.#ports.has(`${protocol}/${port}`)) {
      problems.invalid(field, port, 'provided port is already allocated');
    }
  }

  #freeIp(): string {
    // The first few of a range are left for addresses that somebody asks for.
    const size = this.#cidr.size;
    const least = Math.min(256, Math.max(16, size >> 4));
    for (;;) {
      const ip = addressAt(this.#cidr, this.#random.between(least, size - 2));
      if (!this.#ips.has(ip)) return ip;
    }
  }

  #freePort(protocol: string): number {
    for (;;) {
      const port = this.#random.between(nodePorts.least, nodePorts.most);
      if (!this.#ports.has(`${protocol}/${port}`)) {
        this.#ports.add(`${protocol}/${port}`);
        return port;
      }
    }
  }

  #take({ spec }: Service): void {
    if (spec.clusterIP !== undefined && spec.clusterIP !== 'None') this.#ips.add(spec.clusterIP);
    for (const { protocol = 'TCP', nodePort } of spec.ports ?? []) {
      if (nodePort !== undefined) this.#ports.add(`${protocol}/${nodePort}`);
    }
  }

  #release({ spec }: Service): void {
    if (spec.clusterIP !== undefined) this.#ips.delete(spec.clusterIP);
    for (const { protocol = 'TCP', nodePort } of spec.ports ?? []) {
      if (nodePort !== undefined) this.#ports.delete(`${protocol}/${nodePort}`);
    }
  }
}

function wantsNodePorts({ type, allocateLoadBalancerNodePorts }: Service['spec']): boolean {
  return (
    type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false)
  );
}

/** The node port that a service had for a port. */
function nodePortOf(before: Service | undefined, wanted: ServicePort): number | undefined {
  return before?.spec.ports?.find(
    ({ port, protocol }) =>
      port === wanted.port && (protocol ?? 'TCP') === (wanted.protocol ?? 'TCP'),
  )?.nodePort;
}
