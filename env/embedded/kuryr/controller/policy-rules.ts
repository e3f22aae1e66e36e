/**
 * Translates a network policy into rules of a security group, as the release does it, known deviations
 * included.
 */
import type { PlannedRule, SgRule } from '../api/records.ts';
import type { NetworkPolicy, Pod, PolicyPort, PolicyRule } from '../api/resources.ts';
import { ruleDescription } from '../names.ts';
import type { Deviations, Release } from '../release.ts';
import { ipVersionOf } from './addresses.ts';
import type { Inventory } from './policy-inventory.ts';
import { type Peer, type Peers, peersOf } from './policy-peers.ts';
import { serviceEgressRules } from './policy-services.ts';
import { isEmpty, matches } from './selectors.ts';

/** What a translation depends on beside the policy. */
export interface Translation {
  readonly inventory: Inventory;
  readonly release: Pick<
    Release,
    'namedPorts' | 'egressToServices' | 'egressWithoutSelector' | 'hairpinRules'
  >;
  readonly deviations: Deviations;
  /** Whether listeners restrict clients, so that pods let in everything from services. */
  readonly enforcesOnBalancers: boolean;
}

/** The rules of one policy. */
export interface Translated {
  readonly ingress: readonly PlannedRule[];
  readonly egress: readonly PlannedRule[];
}

export type Direction = 'ingress' | 'egress';

/** What a rule is made from; without anything it allows all. */
export interface RuleParts {
  readonly cidr?: string | undefined;
  readonly protocol?: string | undefined;
  readonly port?: number | undefined;
  readonly lastPort?: number | undefined;
  readonly ethertype?: 'IPv4' | 'IPv6';
  readonly namespace?: string | undefined;
  readonly description?: string;
  readonly pods?: readonly { readonly podIP: string; readonly podNamespace: string }[];
}

/** Makes rules in the form of the release. */
export class RuleMaker {
  readonly direction: Direction;
  readonly #deviations: Deviations;

  constructor(direction: Direction, deviations: Deviations) {
    this.direction = direction;
    this.#deviations = deviations;
  }

  rule(parts: RuleParts): PlannedRule {
    const { cidr, namespace, pods = [] } = parts;
    const version = cidr === undefined ? undefined : `IPv${ipVersionOf(cidr)}`;
    const sgRule: SgRule = {
      ethertype: version === 'IPv6' ? 'IPv6' : (parts.ethertype ?? 'IPv4'),
      description: parts.description ?? ruleDescription,
      direction: this.direction,
      ...this.#matched(parts),
      ...(cidr === undefined ? {} : { remote_ip_prefix: cidr }),
    };
    return {
      sgRule,
      ...(namespace === undefined ? {} : { namespace }),
      ...(pods.length === 0 ? {} : { affectedPods: pods }),
    };
  }

  /** For both versions of IP, as a rule without a block needs it. */
  both(parts: RuleParts = {}): PlannedRule[] {
    return [this.rule({ ...parts, ethertype: 'IPv4' }), this.rule({ ...parts, ethertype: 'IPv6' })];
  }

  /** Everything, as Kuryr opens a direction that a policy does not concern. */
  open(): PlannedRule[] {
    const plain = { direction: this.direction, description: ruleDescription } as const;
    return [
      { sgRule: { ...plain, ethertype: 'IPv4' } },
      { sgRule: { ...plain, ethertype: 'IPv6' } },
    ];
  }

  #matched({ protocol, port, lastPort }: RuleParts): Partial<SgRule> {
    if (this.#deviations.onlyTcpWithoutProtocol) {
      return {
        protocol: (protocol ?? 'TCP').toLowerCase(),
        port_range_min: port ?? 1,
        port_range_max: port === undefined ? 65_535 : (lastPort ?? port),
      };
    }
    return {
      ...(protocol === undefined ? {} : { protocol: protocol.toLowerCase() }),
      ...(port === undefined ? {} : { port_range_min: port, port_range_max: lastPort ?? port }),
    };
  }
}

/** Translates one policy. */
export function translate(policy: NetworkPolicy, translation: Translation): Translated {
  return {
    ingress: [
      ...new Side('ingress', policy, translation).rules(),
      ...standingRules(policy, translation),
    ],
    egress: new Side('egress', policy, translation).rules(),
  };
}

/** What every policy lets in: nodes, and services one way or another. */
function standingRules(
  { metadata }: NetworkPolicy,
  { inventory, release, deviations, enforcesOnBalancers }: Translation,
): PlannedRule[] {
  const open = [...(enforcesOnBalancers ? [inventory.serviceCidr] : []), ...inventory.workerCidrs];
  const nodes = open.map((cidr): PlannedRule => ({
    sgRule: {
      ethertype: ipVersionOf(cidr) === 6 ? 'IPv6' : 'IPv4',
      direction: 'ingress',
      description: ruleDescription,
      remote_ip_prefix: cidr,
    },
  }));
  if (enforcesOnBalancers || !release.hairpinRules) return nodes;
  const maker = new RuleMaker('ingress', deviations);
  const hairpin = inventory
    .services(metadata.namespace)
    .filter((service) => service.metadata.deletionTimestamp === undefined)
    .filter(({ spec }) => !['', 'None', undefined].includes(spec.clusterIP))
    .map(({ metadata: { name }, spec }) =>
      maker.rule({
        cidr: spec.clusterIP,
        description: `Allow traffic from local namespace service ${name}`,
      }),
    );
  return [...nodes, ...hairpin];
}

/** One direction of one policy. */
class Side {
  readonly #maker: RuleMaker;
  readonly #policy: NetworkPolicy;
  readonly #translation: Translation;
  readonly #rules: PlannedRule[] = [];

  constructor(direction: Direction, policy: NetworkPolicy, translation: Translation) {
    this.#maker = new RuleMaker(direction, translation.deviations);
    this.#policy = policy;
    this.#translation = translation;
  }

  rules(): readonly PlannedRule[] {
    const { spec } = this.#policy;
    const list = spec[this.#maker.direction] ?? [];
    if (list.length === 0) return this.#isUnconcerned() ? this.#maker.open() : [];
    const { emptyRuleOnlyFirst } = this.#translation.deviations;
    const candidates = emptyRuleOnlyFirst ? list.slice(0, 1) : list;
    if (candidates.some((rule) => Object.keys(rule).length === 0)) {
      this.#rules.push(...this.#maker.both());
    }
    for (const rule of list) this.#add(rule);
    return this.#rules;
  }

  /** Whether the policy says nothing about this direction, which then stays open. */
  #isUnconcerned(): boolean {
    const types = this.#policy.spec.policyTypes ?? [];
    return this.#maker.direction === 'ingress'
      ? types.length === 1 && types[0] === 'Egress'
      : types.length > 0 && !types.includes('Egress');
  }

  #add(rule: PolicyRule): void {
    const { inventory, deviations } = this.#translation;
    const namespace = this.#policy.metadata.namespace ?? '';
    const named = peersOf(rule, this.#maker.direction, { inventory, deviations, namespace });
    const isForSomebody =
      named.peers.length > 0 || named.everyone !== undefined || named.isSelective;
    if (rule.ports === undefined) {
      if (isForSomebody) this.#addWhole(named);
      return;
    }
    for (const port of rule.ports) {
      if (isForSomebody) this.#addPort(port, named);
      else this.#addPortForAll(port, undefined);
    }
  }

  #addWhole({ peers, everyone = [] }: Peers): void {
    for (const peer of peers) {
      const { cidr, namespace } = this.#placeOf(peer);
      if (cidr === undefined) continue;
      this.#rules.push(this.#maker.rule({ cidr, namespace }));
      this.#addServices(peer, {});
    }
    for (const cidr of everyone) this.#rules.push(this.#maker.rule({ cidr }));
  }

  #addPort(port: PolicyPort, { peers, everyone }: Peers): void {
    const range = this.#numbersOf(port);
    if (range === undefined) {
      this.#addNamed(port, peers);
    } else {
      for (const peer of peers) {
        const { cidr, namespace } = this.#placeOf(peer);
        if (cidr === undefined) continue;
        this.#rules.push(this.#maker.rule({ ...range, cidr, namespace }));
        this.#addServices(peer, range);
      }
    }
    if (everyone !== undefined) this.#addPortForAll(port, everyone);
  }

  #addPortForAll(port: PolicyPort, blocks: readonly string[] | undefined): void {
    const range = this.#numbersOf(port);
    if (range === undefined) {
      const all = this.#translation.inventory.pods({});
      this.#addNamed(
        port,
        all.map((pod) => ({ kind: 'pod', pod })),
        blocks,
      );
    } else if (blocks === undefined) {
      this.#rules.push(...this.#maker.both(range));
    } else {
      this.#rules.push(...blocks.map((cidr) => this.#maker.rule({ ...range, cidr })));
    }
  }

  /** The numbers of a port entry; undefined when it is, or is taken for, a named port. */
  #numbersOf({ port, endPort, protocol = 'TCP' }: PolicyPort): RuleParts | undefined {
    const { portlessIsNamed, ignoresEndPort } = this.#translation.deviations;
    if (typeof port === 'number') {
      return { protocol, port, ...(ignoresEndPort ? {} : { lastPort: endPort }) };
    }
    return port === undefined && !portlessIsNamed ? { protocol } : undefined;
  }

  /** Ports by name: of the selected pods for ingress, of the peers for egress. */
  #addNamed(port: PolicyPort, peers: readonly Peer[], blocks?: readonly string[]): void {
    if (!this.#translation.release.namedPorts) return;
    const { protocol = 'TCP' } = port;
    const found = new Map<number, Map<string, string>>();
    const note = (pods: readonly Pod[]): void => {
      for (const pod of pods) this.#notePorts(pod, port, found);
    };
    const emit = (peer: Peer): void => {
      const { cidr } = this.#placeOf(peer);
      if (cidr === undefined || blocks !== undefined) return;
      for (const [number, pods] of found) {
        const parts = { protocol, port: number };
        this.#pushOnce(this.#maker.rule({ ...parts, cidr, pods: listed(pods) }));
        this.#addServices(peer, parts);
      }
    };
    if (this.#maker.direction === 'ingress') note(this.#selected());
    for (const peer of peers) {
      if (this.#maker.direction === 'egress') {
        // "IPBlock for egress with named ports is not supported", says its log.
        if (peer.kind === 'block') continue;
        note(this.#podsOf(peer));
      }
      emit(peer);
    }
    for (const [number, pods] of found) {
      for (const cidr of blocks ?? []) {
        this.#rules.push(this.#maker.rule({ protocol, port: number, cidr, pods: listed(pods) }));
      }
    }
  }

  #notePorts(pod: Pod, port: PolicyPort, found: Map<number, Map<string, string>>): void {
    if (pod.spec.hostNetwork === true) return;
    const ports = pod.spec.containers.flatMap(({ ports: own = [] }) => own);
    for (const { containerPort } of ports.filter(({ name }) => name === port.port)) {
      const pods = found.get(containerPort) ?? new Map<string, string>();
      const address = pod.status?.podIP;
      if (address !== undefined) pods.set(address, pod.metadata.namespace ?? '');
      found.set(containerPort, pods);
    }
  }

  #selected(): readonly Pod[] {
    const { metadata, spec } = this.#policy;
    const { inventory, deviations } = this.#translation;
    // What is asked for without any label is the label "None".
    if (deviations.emptySelectorNamesNobody && isEmpty(spec.podSelector ?? {})) return [];
    return inventory.pods(spec.podSelector ?? {}, metadata.namespace);
  }

  /** The pods of a peer; those that the policy itself selects may be passed over. */
  #podsOf(peer: Peer): readonly Pod[] {
    const { metadata, spec } = this.#policy;
    const pods =
      peer.kind === 'pod'
        ? [peer.pod]
        : peer.kind === 'namespace'
          ? this.#translation.inventory.pods({}, peer.namespace.name)
          : [];
    if (!this.#translation.deviations.selectedPeersPassedOver) return pods;
    return pods.filter(
      (pod) =>
        pod.metadata.namespace !== metadata.namespace ||
        !matches(spec.podSelector, pod.metadata.labels),
    );
  }

  #addServices(peer: Peer, parts: Pick<RuleParts, 'protocol' | 'port'>): void {
    if (this.#maker.direction !== 'egress' || !this.#translation.release.egressToServices) return;
    const namespace = this.#policy.metadata.namespace ?? '';
    const rules = serviceEgressRules(
      peer,
      { ...this.#translation, namespace, maker: this.#maker },
      parts,
    );
    for (const rule of rules) this.#pushOnce(rule);
  }

  #placeOf(peer: Peer): { cidr: string | undefined; namespace?: string | undefined } {
    switch (peer.kind) {
      case 'pod':
        return { cidr: peer.pod.status?.podIP, namespace: peer.pod.metadata.namespace };
      case 'namespace':
        return { cidr: peer.namespace.cidr, namespace: peer.namespace.name };
      case 'block':
        return { cidr: peer.cidr };
    }
  }

  #pushOnce(rule: PlannedRule): void {
    const text = JSON.stringify(rule);
    if (!this.#rules.some((known) => JSON.stringify(known) === text)) this.#rules.push(rule);
  }
}

function listed(pods: ReadonlyMap<string, string>): { podIP: string; podNamespace: string }[] {
  return [...pods].map(([podIP, podNamespace]) => ({ podIP, podNamespace }));
}
