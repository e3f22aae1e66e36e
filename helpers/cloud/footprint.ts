/**
 * Everything that a namespace occupies in OpenStack. It remembers what it has once seen, so that after
 * the namespace is deleted the same objects are asked for by their ids, whatever they are called then.
 */
import { type Reading, reading } from '../reading.ts';
import type { Cloud } from './cloud.ts';
import { namesOf } from './kuryr-names.ts';
import type { NeutronPort, NeutronSecurityGroup } from './neutron-forms.ts';
import type { OctaviaLoadBalancer } from './octavia-forms.ts';

/** What a namespace occupies; each entry is an id with a name behind it. */
export interface FootprintView {
  readonly networks: readonly string[];
  readonly subnets: readonly string[];
  readonly ports: readonly string[];
  readonly securityGroups: readonly string[];
  readonly loadBalancers: readonly string[];
  readonly floatingIps: readonly string[];
}

/** A namespace as Kuryr names things after it. */
export interface NamespaceIdentity {
  readonly name: string;
  readonly uid: string;
}

/** A footprint of which nothing is left. */
export const noFootprint: FootprintView = {
  networks: [],
  subnets: [],
  ports: [],
  securityGroups: [],
  loadBalancers: [],
  floatingIps: [],
};

/** Lists a footprint one entry a line; empty when nothing is left. */
export function footprintLines(view: FootprintView): string[] {
  const words: readonly (readonly [keyof FootprintView, string])[] = [
    ['loadBalancers', 'load balancer'],
    ['floatingIps', 'floating IP'],
    ['securityGroups', 'security group'],
    ['ports', 'port'],
    ['subnets', 'subnet'],
    ['networks', 'network'],
  ];
  return words.flatMap(([key, word]) => view[key].map((entry) => `${word} ${entry}`));
}

interface Seen {
  readonly networks: Set<string>;
  readonly ports: Set<string>;
  readonly securityGroups: Set<string>;
  readonly loadBalancers: Set<string>;
  readonly floatingIps: Set<string>;
}

/** Follows what one namespace occupies. */
export class Footprint {
  readonly #cloud: Cloud;
  readonly #namespace: NamespaceIdentity;
  readonly #seen: Seen = {
    networks: new Set(),
    ports: new Set(),
    securityGroups: new Set(),
    loadBalancers: new Set(),
    floatingIps: new Set(),
  };

  constructor(cloud: Cloud, namespace: NamespaceIdentity) {
    this.#cloud = cloud;
    this.#namespace = namespace;
  }

  /** What the namespace occupies now. */
  get current(): Reading<FootprintView> {
    return reading(
      `footprint of namespace ${this.#namespace.name}`,
      (signal) => this.#read(signal),
      (view) => {
        const lines = footprintLines(view);
        return lines.length === 0 ? 'nothing' : `${lines.length} objects, first ${lines[0] ?? ''}`;
      },
    );
  }

  async #read(signal: AbortSignal): Promise<FootprintView> {
    const [networks, securityGroups, loadBalancers] = await Promise.all([
      this.#networks(signal),
      this.#securityGroups(signal),
      this.#loadBalancers(signal),
    ]);
    const vipPorts = loadBalancers.flatMap(({ vip_port_id }) => vip_port_id ?? []);
    const [subnets, ports, floatingIps] = await Promise.all([
      this.#onNetworks((network_id) => this.#cloud.neutron.subnets({ network_id }, signal)),
      this.#ports(vipPorts, signal),
      this.#floatingIps(vipPorts, signal),
    ]);
    return {
      networks: networks.map(entry),
      subnets: subnets.map((subnet) => `${subnet.id} (${subnet.cidr})`),
      ports: ports.map(portEntry),
      securityGroups: securityGroups.map(entry),
      loadBalancers: loadBalancers.map(
        (balancer) => `${entry(balancer)} ${balancer.provisioning_status}`,
      ),
      floatingIps: floatingIps.map(
        (floatingIp) => `${floatingIp.id} (${floatingIp.floating_ip_address})`,
      ),
    };
  }

  async #networks(signal: AbortSignal): Promise<{ id: string; name: string }[]> {
    const { neutron } = this.#cloud;
    const named = await neutron.networks({ name: namesOf.networks(this.#namespace) }, signal);
    const known = [...this.#seen.networks].filter((id) =>
      named.every((network) => network.id !== id),
    );
    const renamed = known.length === 0 ? [] : await neutron.networks({ id: known }, signal);
    return this.#remember('networks', [...named, ...renamed]);
  }

  async #securityGroups(signal: AbortSignal): Promise<NeutronSecurityGroup[]> {
    const prefixes = namesOf.securityGroups({ namespace: this.#namespace.name, name: '' });
    const all = await this.#cloud.neutron.securityGroups({}, signal);
    const ours = all.filter(
      ({ id, name }) =>
        this.#seen.securityGroups.has(id) || prefixes.some((prefix) => name.startsWith(prefix)),
    );
    return this.#remember('securityGroups', ours);
  }

  async #loadBalancers(signal: AbortSignal): Promise<OctaviaLoadBalancer[]> {
    const prefix = `${this.#namespace.name}/`;
    const all = await this.#cloud.octavia.loadBalancers({}, signal);
    return this.#remember(
      'loadBalancers',
      all.filter(({ id, name }) => this.#seen.loadBalancers.has(id) || name.startsWith(prefix)),
    );
  }

  async #ports(vipPorts: readonly string[], signal: AbortSignal): Promise<NeutronPort[]> {
    const { neutron } = this.#cloud;
    const onNetworks = await this.#onNetworks((network_id) =>
      neutron.ports({ network_id }, signal),
    );
    const known = [...new Set([...this.#seen.ports, ...vipPorts])].filter((id) =>
      onNetworks.every((port) => port.id !== id),
    );
    const elsewhere = known.length === 0 ? [] : await neutron.ports({ id: known }, signal);
    return this.#remember('ports', [...onNetworks, ...elsewhere]);
  }

  async #floatingIps(
    vipPorts: readonly string[],
    signal: AbortSignal,
  ): Promise<{ id: string; floating_ip_address: string }[]> {
    const { neutron } = this.#cloud;
    const atVips =
      vipPorts.length === 0 ? [] : await neutron.floatingIps({ port_id: vipPorts }, signal);
    const known = [...this.#seen.floatingIps].filter((id) =>
      atVips.every((found) => found.id !== id),
    );
    const loose = known.length === 0 ? [] : await neutron.floatingIps({ id: known }, signal);
    return this.#remember('floatingIps', [...atVips, ...loose]);
  }

  async #onNetworks<T>(list: (networkIds: readonly string[]) => Promise<T[]>): Promise<T[]> {
    // Without a network there would be no filter, and everything would be listed.
    const ids = [...this.#seen.networks];
    return ids.length === 0 ? [] : list(ids);
  }

  #remember<T extends { readonly id: string }>(kind: keyof Seen, found: T[]): T[] {
    for (const { id } of found) {
      this.#seen[kind].add(id);
    }
    return found;
  }
}

function entry({ id, name }: { readonly id: string; readonly name: string }): string {
  return name === '' ? id : `${id} (${name})`;
}

function portEntry(port: NeutronPort): string {
  const addresses = port.fixed_ips.map(({ ip_address }) => ip_address).join(' ');
  return `${entry(port)} ${addresses} owner "${port.device_owner}" ${port.status}`;
}
