/**
 * The links from a Service to its pods: endpoints, load balancer, listener, pool, member, floating IP.
 */
import type { V1Pod, V1Service, V1ServicePort } from '@kubernetes/client-node';
import { compareSeries, type Layer, type Profile } from '#env';
import { isReady } from '../cluster/descriptions.ts';
import { type Checks, type Finding, found, told } from './finding.ts';
import type { NamespacePicture, PicturedService, Picture } from './picture.ts';

/** What is wrong between the Services and their pods. */
export function brokenServiceLinks(picture: Picture): Finding[] {
  return picture.namespaces.flatMap((namespace) =>
    namespace.services
      .filter((one) => isBalanced(one))
      .flatMap((one) => new Balanced(picture, namespace, one).findings()),
  );
}

/** Kuryr makes load balancers for these two types, with an address of their own. */
function isBalanced({ service: { spec } }: PicturedService): boolean {
  const address = spec?.clusterIP ?? '';
  const hasAddress = address !== '' && address !== 'None';
  return hasAddress && ['ClusterIP', 'LoadBalancer'].includes(spec?.type ?? 'ClusterIP');
}

class Balanced {
  readonly #picture: Picture;
  readonly #namespace: NamespacePicture;
  readonly #one: PicturedService;
  readonly #name: string;

  constructor(picture: Picture, namespace: NamespacePicture, one: PicturedService) {
    this.#picture = picture;
    this.#namespace = namespace;
    this.#one = one;
    this.#name = `Service ${namespace.name}/${one.service.metadata?.name ?? ''}`;
  }

  findings(): Finding[] {
    const ready = this.#readyAddresses();
    const addresses = this.#endpointAddresses();
    const { balancer } = this.#one;
    if (ready.length === 0 && addresses.length === 0) return [];
    const endpoints = this.#compared('kubernetes', 'its Endpoints', {
      wanted: ready,
      seen: addresses,
    });
    if (balancer === undefined) {
      return [...endpoints, this.#say('load balancer', 'Octavia has no load balancer for it')];
    }
    return [
      ...endpoints,
      ...this.#balancer(balancer),
      ...this.#ports().flatMap((port) => this.#port(port, ready)),
      ...this.#strangers(),
      ...this.#floatingIp(),
    ];
  }

  #say(layer: Layer, text: string): Finding {
    return found(layer, `${this.#name}: ${text}`);
  }

  #readyAddresses(): string[] {
    const selector = Object.entries(this.#one.service.spec?.selector ?? {});
    if (selector.length === 0) return this.#endpointAddresses();
    const isSelected = ({ metadata }: V1Pod): boolean =>
      selector.every(([key, value]) => metadata?.labels?.[key] === value);
    return this.#namespace.pods
      .filter(({ pod }) => isSelected(pod) && isReady(pod))
      .flatMap(({ pod }) => pod.status?.podIP ?? [])
      .sort();
  }

  #endpointAddresses(): string[] {
    return (this.#one.endpoints?.subsets ?? [])
      .flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip))
      .sort();
  }

  #compared(
    layer: Layer,
    what: string,
    { wanted, seen }: { readonly wanted: readonly string[]; readonly seen: readonly string[] },
  ): Finding[] {
    const missing = wanted.filter((one) => !seen.includes(one));
    const extra = seen.filter((one) => !wanted.includes(one));
    return [
      ...(missing.length > 0 ? [this.#say(layer, `${what} lack ${missing.join(', ')}`)] : []),
      ...(extra.length > 0
        ? [
            this.#say(
              layer,
              `${what} name ${extra.join(', ')}, which belongs to no ready pod of it`,
            ),
          ]
        : []),
    ];
  }

  #balancer(balancer: NonNullable<PicturedService['balancer']>): Finding[] {
    const { profile, amphorae } = this.#picture;
    const address = this.#one.service.spec?.clusterIP ?? '';
    const wanted = profile.octavia.provider;
    const { vip_address: vip, provider = wanted, tags } = balancer;
    const machines = amphorae.filter(({ loadbalancer_id }) => loadbalancer_id === balancer.id);
    const hasTags = compareSeries(profile.series, 'train') >= 0;
    const { resourceTag: tag } = profile.layout;
    const checks: Checks = [
      ...troubleOf(balancer),
      [vip !== address, `has the VIP ${vip}, the cluster IP is ${address}`],
      [!isProvider(provider, wanted), `is one of the provider ${provider} instead of ${wanted}`],
      [wanted === 'ovn' && machines.length > 0, `has ${machines.length} amphorae`],
      [hasTags && !tags.includes(tag), `lacks the tag "${tag}" of Kuryr`],
    ];
    return told(checks, (text) =>
      this.#say('load balancer', `its load balancer ${balancer.id} ${text}`),
    );
  }

  /** The ports that this cloud can balance at all. */
  #ports(): V1ServicePort[] {
    const { claims } = this.#picture.profile;
    const ports = this.#one.service.spec?.ports ?? [];
    const isMixed = claims.includes('services.mixed-protocol');
    return ports.filter(({ port, protocol = 'TCP' }) => {
      if (protocol === 'UDP' && !claims.includes('services.udp')) return false;
      const hasTwin = ports.some((other) => other.port === port && other.protocol !== protocol);
      return protocol === 'TCP' || isMixed || !hasTwin;
    });
  }

  #port(
    { port, protocol = 'TCP', targetPort }: V1ServicePort,
    ready: readonly string[],
  ): Finding[] {
    const what = `${protocol} port ${port}`;
    const { listeners, pools, service } = this.#one;
    const listener = listeners.find(
      (one) => one.protocol === protocol && one.protocol_port === port,
    );
    if (listener === undefined) return [this.#say('listener', `no listener serves its ${what}`)];
    const ofListener = told(troubleOf(listener), (text) =>
      this.#say('listener', `the listener of its ${what} ${text}`),
    );
    const filled = pools.find(({ pool }) => pool.listeners.some(({ id }) => id === listener.id));
    if (filled === undefined) {
      return [...ofListener, this.#say('pool', `the listener of its ${what} has no pool`)];
    }
    const { pool, members } = filled;
    const persistence = (pool as { session_persistence?: object | null }).session_persistence;
    const isSticky = persistence !== undefined && persistence !== null;
    const checks: Checks = [
      ...troubleOf(pool),
      [
        isSticky && service.spec?.sessionAffinity !== 'ClientIP',
        'keeps clients at one member, which the Service does not ask for',
      ],
    ];
    const seen = members.map(({ address, protocol_port }) => `${address}:${protocol_port}`);
    const wanted = ready.map((address) => `${address}:${this.#targetOf(targetPort ?? port)}`);
    return [
      ...ofListener,
      ...told(checks, (text) => this.#say('pool', `the pool of its ${what} ${text}`)),
      ...this.#compared('member', `the members of its ${what}`, { wanted, seen }),
      ...members.flatMap((member) =>
        told(troubleOf(member), (text) =>
          this.#say(
            'member',
            `member ${member.address}:${member.protocol_port} of its ${what} ${text}`,
          ),
        ),
      ),
    ];
  }

  #targetOf(target: string | number): string {
    if (typeof target === 'number') return String(target);
    const ports = this.#namespace.pods.flatMap(({ pod }) =>
      (pod.spec?.containers ?? []).flatMap((container) => container.ports ?? []),
    );
    return String(ports.find(({ name }) => name === target)?.containerPort ?? target);
  }

  #strangers(): Finding[] {
    const ports = this.#one.service.spec?.ports ?? [];
    return this.#one.listeners
      .filter(
        (listener) =>
          !ports.some(
            ({ port, protocol = 'TCP' }) =>
              port === listener.protocol_port && protocol === listener.protocol,
          ),
      )
      .map(({ protocol, protocol_port }) =>
        this.#say(
          'listener',
          `a listener serves ${protocol} port ${protocol_port}, which it does not have`,
        ),
      );
  }

  #floatingIp(): Finding[] {
    const { service, floatingIps } = this.#one;
    if (service.spec?.type !== 'LoadBalancer') return [];
    const [floatingIp] = floatingIps;
    if (floatingIp === undefined) {
      return [this.#say('floating ip', 'no floating IP leads to its load balancer')];
    }
    const { resourceTag } = this.#picture.profile.layout;
    return told(troubleOfAddress(service, floatingIp, resourceTag), (text) =>
      this.#say('floating ip', `its floating IP ${text}`),
    );
  }
}

/** An address that the Service asks for is the user's: Kuryr does not tag what it did not make. */
function troubleOfAddress(
  { spec, status }: V1Service,
  floatingIp: PicturedService['floatingIps'][number],
  tag: string,
): Checks {
  const { floating_ip_address: address, fixed_ip_address: fixed = 'nothing', tags } = floatingIp;
  const announced = status?.loadBalancer?.ingress?.[0]?.ip ?? 'none';
  const asked = spec?.loadBalancerIP;
  const ofMaker: Checks[number] =
    asked === undefined
      ? [!tags.includes(tag), `${address} lacks the tag "${tag}" of Kuryr`]
      : [asked !== address, `is ${address}, it asks for ${asked}`];
  return [
    [announced !== address, `is ${address}, its status says ${announced}`],
    [fixed !== spec?.clusterIP, `${address} leads to ${fixed}`],
    ofMaker,
  ];
}

function isProvider(seen: string, wanted: Profile['octavia']['provider']): boolean {
  return (seen === 'ovn') === (wanted === 'ovn');
}

function troubleOf(row: {
  readonly provisioning_status: string;
  readonly admin_state_up: boolean;
}): Checks {
  const { provisioning_status: status } = row;
  return [
    [status !== 'ACTIVE', `is ${status} instead of ACTIVE`],
    [!row.admin_state_up, 'is administratively down'],
  ];
}
