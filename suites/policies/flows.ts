/**
 * A second reading of Kubernetes' rules, built the other way round from `semantics.ts`: it writes out
 * every single flow that policies admit, as sets of pods and ports, and never asks about a pair. Where
 * the two differ, one of them is wrong; `semantics.test.ts` looks for such cases.
 */
import type {
  EgressRule,
  IngressRule,
  Peer,
  PlacedPolicy,
  PolicyPort,
  Protocol,
  Selector,
  Subject,
} from './semantics.ts';

/** Every admitted flow between different pods at some ports, written `from>to protocol/port`. */
export function admittedFlows(
  policies: readonly PlacedPolicy[],
  subjects: readonly Subject[],
  ports: readonly number[],
): ReadonlySet<string> {
  const town = new Town(subjects, ports);
  return both(town.flowsOf(policies, 'Egress'), town.flowsOf(policies, 'Ingress'));
}

/** Writes one flow. */
export function flowOf(from: Subject, to: Subject, what: string): string {
  return `${nameOf(from)}>${nameOf(to)} ${what}`;
}

type Pods = ReadonlySet<Subject>;

/** All pods, with an index from labels to those that bear them. */
class Town {
  readonly #all: Pods;
  readonly #ports: readonly number[];

  constructor(subjects: readonly Subject[], ports: readonly number[]) {
    this.#all = new Set(subjects);
    this.#ports = ports;
  }

  flowsOf(policies: readonly PlacedPolicy[], type: 'Ingress' | 'Egress'): Set<string> {
    const flows = new Set<string>();
    let isolated: Pods = new Set();
    for (const { namespace, spec } of policies.filter((one) =>
      one.spec.policyTypes.includes(type),
    )) {
      const home = this.#inNamespace(namespace);
      const chosen = both(home, this.#selected(spec.podSelector, labelsOf));
      isolated = either(isolated, chosen);
      const rules = type === 'Ingress' ? (spec.ingress ?? []) : (spec.egress ?? []);
      for (const rule of rules) {
        const { from, to }: IngressRule & EgressRule = rule;
        const named = from ?? to ?? [];
        const peers = (named.length === 0 ? [everywhere] : named)
          .map((peer) => this.#meant(peer, home))
          .reduce(either, new Set<Subject>());
        this.#write(flows, this.#pairs(type, chosen, peers), rule.ports ?? []);
      }
    }
    const free = without(this.#all, isolated);
    this.#write(flows, this.#pairs(type, free, this.#all), []);
    return flows;
  }

  #pairs(type: 'Ingress' | 'Egress', owners: Pods, peers: Pods): [Subject, Subject][] {
    return [...owners].flatMap((owner) =>
      [...peers].map((peer): [Subject, Subject] =>
        type === 'Ingress' ? [peer, owner] : [owner, peer],
      ),
    );
  }

  #write(
    flows: Set<string>,
    pairs: readonly (readonly [Subject, Subject])[],
    ports: readonly PolicyPort[],
  ): void {
    for (const [from, to] of pairs.filter(([one, other]) => one !== other)) {
      for (const what of ports.length === 0 ? this.#everything() : this.#numbers(ports, to)) {
        flows.add(flowOf(from, to, what));
      }
    }
  }

  #everything(): string[] {
    return this.#ports.flatMap((port) => [`TCP/${port}`, `UDP/${port}`]);
  }

  /** The ports of one pod that some entries stand for, one by one. */
  #numbers(entries: readonly PolicyPort[], to: Subject): string[] {
    return entries.flatMap(({ protocol, port, endPort }) => {
      const opened = new Set(
        port === undefined
          ? this.#ports
          : typeof port === 'number'
            ? rangeOf(port, endPort ?? port)
            : to.ports.filter((own) => own.name === port && own.protocol === protocol).map(portOf),
      );
      return this.#ports.filter((one) => opened.has(one)).map((one) => written(protocol, one));
    });
  }

  #meant({ ipBlock, namespaceSelector, podSelector }: Peer, home: Pods): Pods {
    if (ipBlock !== undefined) {
      return (ipBlock.except ?? []).reduce(
        (left, cidr) => without(left, this.#inBlock(cidr)),
        this.#inBlock(ipBlock.cidr),
      );
    }
    const spaces =
      namespaceSelector === undefined
        ? home
        : this.#selected(namespaceSelector, (pod) => pod.namespaceLabels);
    return both(spaces, this.#selected(podSelector ?? {}, labelsOf));
  }

  #selected(selector: Selector, labelled: (pod: Subject) => Subject['labels']): Pods {
    const bearing = (key: string, values?: readonly string[]): Pods =>
      new Set(
        [...this.#all].filter((pod) =>
          Object.entries(labelled(pod)).some(
            ([name, value]) => name === key && (values?.includes(value) ?? true),
          ),
        ),
      );
    const parts: Pods[] = Object.entries(selector.matchLabels ?? {}).map(([key, value]) =>
      bearing(key, [value]),
    );
    for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
      if (operator === 'In') parts.push(bearing(key, values));
      if (operator === 'Exists') parts.push(bearing(key));
      if (operator === 'NotIn') parts.push(without(this.#all, bearing(key, values)));
      if (operator === 'DoesNotExist') parts.push(without(this.#all, bearing(key)));
    }
    return parts.reduce(both, this.#all);
  }

  #inNamespace(namespace: string): Pods {
    return new Set([...this.#all].filter((pod) => pod.namespace === namespace));
  }

  #inBlock(cidr: string): Pods {
    const [network = '', prefix = '32'] = cidr.split('/');
    const beginning = bitsOf(network).slice(0, Number(prefix));
    return new Set([...this.#all].filter(({ ip }) => bitsOf(ip).startsWith(beginning)));
  }
}

const everywhere: Peer = { ipBlock: { cidr: '0.0.0.0/0' } };

function labelsOf({ labels }: Subject): Subject['labels'] {
  return labels;
}

function both<T>(one: ReadonlySet<T>, other: ReadonlySet<T>): ReadonlySet<T> {
  return new Set([...one].filter((item) => other.has(item)));
}

function either<T>(one: ReadonlySet<T>, other: ReadonlySet<T>): ReadonlySet<T> {
  return new Set([...one, ...other]);
}

function without<T>(one: ReadonlySet<T>, other: ReadonlySet<T>): ReadonlySet<T> {
  return new Set([...one].filter((item) => !other.has(item)));
}

function bitsOf(address: string): string {
  return address
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('');
}

function rangeOf(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function portOf({ port }: { readonly port: number }): number {
  return port;
}

function written(protocol: Protocol, port: number): string {
  return `${protocol}/${port}`;
}

function nameOf({ namespace, name }: Subject): string {
  return `${namespace}/${name}`;
}
