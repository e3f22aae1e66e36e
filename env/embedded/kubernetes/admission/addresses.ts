/**
 * Cluster IPs and node ports of services: given out, taken as asked, and free again with their service.
 */
import type { Admission, Api } from '../api/verbs.ts';
import { tableOf } from '../kinds/kind.ts';
import type { Service } from '../objects.ts';
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
    const ip = asked === '' ? (old === '' ? this.#freeIp() : old) : asked;
    const isNew = ip !== old && ip !== 'None';
    const problems = new Problems();
    if (isNew && asked !== '' && before === undefined) {
      if (!isInCidr(ip, this.#cidr)) {
        const text = `failed to allocate IP ${ip}: the provided IP (${ip}) is not in the valid range. The range of valid IPs is ${this.#cidr.text}`;
        problems.invalid('spec.clusterIPs', [ip], text);
      } else if (this.#ips.has(ip)) {
        const text = `failed to allocate IP ${ip}: provided IP is already allocated`;
        problems.invalid('spec.clusterIPs', [ip], text);
      }
    }
    problems.refuse(this.#api.kind('v1', 'Service'), metadata.name);
    spec.clusterIP = ip;
    spec.clusterIPs = [ip];
  }

  #nodePorts({ metadata, spec }: Service, before: Service | undefined): void {
    const isWanted =
      spec.type === 'NodePort' ||
      (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
    const problems = new Problems();
    for (const [index, port] of (spec.ports ?? []).entries()) {
      const protocol = port.protocol ?? 'TCP';
      if (!isWanted) {
        delete port.nodePort;
        continue;
      }
      const old = before?.spec.ports?.find(
        (one) => one.port === port.port && (one.protocol ?? 'TCP') === protocol,
      )?.nodePort;
      if (port.nodePort === undefined || port.nodePort === 0) {
        port.nodePort = old ?? this.#freePort(protocol);
      } else if (port.nodePort !== old) {
        this.#checkPort(problems, `spec.ports[${index}].nodePort`, [port.nodePort, protocol]);
      }
    }
    problems.refuse(this.#api.kind('v1', 'Service'), metadata.name);
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
