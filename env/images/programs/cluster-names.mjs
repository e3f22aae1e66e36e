/**
 * The names of a cluster's services, after the Kubernetes DNS specification (schema 1.1.0): what a query
 * for a name is answered, given the Services and Endpoints. It does no input or output.
 */

/** @typedef {import('./dns-server.mjs').Reply} Reply */
/** @typedef {import('dns-packet').Answer} Record */
/** @typedef {{ name?: string, port: number, protocol?: string }} Port */
/** @typedef {{ metadata: { name: string, namespace: string }, spec: { type?: string, clusterIP?: string, clusterIPs?: string[], externalName?: string, ports?: Port[], publishNotReadyAddresses?: boolean } }} Service */
/** @typedef {{ ip: string, hostname?: string }} Address */
/** @typedef {{ metadata: { name: string, namespace: string }, subsets?: { addresses?: Address[], notReadyAddresses?: Address[], ports?: Port[] }[] }} Endpoints */
/** @typedef {{ services: Map<string, Service>, endpoints: Map<string, Endpoints> }} State */
/** @typedef {{ address: Address, ports: Port[] }} Backend */

const ttl = 5;

/** @param {string} ip */
const familyOf = (ip) => (ip.includes(':') ? 'AAAA' : 'A');

/** @param {string} ip */
const dashed = (ip) => ip.replace(/[.:]/g, '-');

/** @param {Address} address */
const hostOf = (address) => address.hostname ?? dashed(address.ip);

/** Answers queries about one cluster. */
export class ClusterNames {
  /**
   * @param {State} state kept up to date by somebody else
   * @param {string} domain such as cluster.local
   */
  constructor(state, domain) {
    this.state = state;
    this.domain = domain;
  }

  /**
   * @param {{ name: string, type: string }} query
   * @returns {Reply}
   */
  answer({ name, type }) {
    if (type === 'PTR') {
      return this.pointer(name);
    }
    if (name === `dns-version.${this.domain}` && type === 'TXT') {
      return { answers: [{ type: 'TXT', name, ttl, data: '1.1.0' }] };
    }
    const service = suffixed(name, `.svc.${this.domain}`);
    if (service !== undefined) {
      return this.serviceName(name, service, type);
    }
    const pod = suffixed(name, `.pod.${this.domain}`);
    return pod === undefined ? this.none(name) : this.podName(name, pod, type);
  }

  /**
   * The last two labels name the namespace and the service; what stands before is a host or a port.
   * @param {string} name
   * @param {string} rest
   * @param {string} type
   * @returns {Reply}
   */
  serviceName(name, rest, type) {
    const labels = rest.split('.');
    const [serviceName, namespace] = labels.slice(-2);
    if (labels.length === 1) {
      return this.hasNamespace(rest) ? this.noData() : this.none(name);
    }
    const key = `${namespace}/${serviceName}`;
    const service = this.state.services.get(key);
    if (service === undefined) {
      return this.none(name);
    }
    const before = labels.slice(0, -2);
    if (before.length === 0) {
      return this.wholeService({ name, type, key, service });
    }
    return before.length === 1
      ? this.oneHost({ name, type, key, host: before[0] ?? '' })
      : this.onePort({ name, type, key, service, before });
  }

  /**
   * @param {{ name: string, type: string, key: string, service: Service }} asked
   * @returns {Reply}
   */
  wholeService({ name, type, key, service }) {
    const { externalName } = service.spec;
    if (service.spec.type === 'ExternalName' && externalName !== undefined) {
      return { answers: [{ type: 'CNAME', name, ttl, data: externalName.replace(/\.$/, '') }] };
    }
    const addresses = isHeadless(service)
      ? this.backends(key, service).map(({ address }) => address.ip)
      : clusterIPs(service);
    // A headless service without ready pods exists, but has nothing to say: CoreDNS says NXDOMAIN.
    return isHeadless(service) && addresses.length === 0
      ? this.none(name)
      : this.found(addressRecords(name, addresses, type));
  }

  /**
   * @param {{ name: string, type: string, key: string, host: string }} asked
   * @returns {Reply}
   */
  oneHost({ name, type, key, host }) {
    const service = this.state.services.get(key);
    const backends =
      service === undefined || !isHeadless(service) ? [] : this.backends(key, service);
    const addresses = backends.filter(({ address }) => hostOf(address) === host);
    return addresses.length === 0
      ? this.none(name)
      : this.found(
          addressRecords(
            name,
            addresses.map(({ address }) => address.ip),
            type,
          ),
        );
  }

  /**
   * @param {{ name: string, type: string, key: string, service: Service, before: string[] }} asked
   * @returns {Reply}
   */
  onePort({ name, type, key, service, before }) {
    const [port, protocol] = before.map((label) => label.replace(/^_/, ''));
    /** @param {Port} candidate */
    const fits = (candidate) =>
      candidate.name === port && (candidate.protocol ?? 'TCP').toLowerCase() === protocol;
    const own = name.split('.').slice(2).join('.');
    const targets = isHeadless(service)
      ? this.backends(key, service).flatMap(({ address, ports }) =>
          ports.filter(fits).map((found) => ({
            target: `${hostOf(address)}.${own}`,
            port: found.port,
            ips: [address.ip],
          })),
        )
      : (service.spec.ports ?? [])
          .filter(fits)
          .map((found) => ({ target: own, port: found.port, ips: clusterIPs(service) }));
    if (targets.length === 0) {
      return this.none(name);
    }
    if (type !== 'SRV') {
      return this.noData();
    }
    return {
      answers: targets.map((entry) => ({
        ...{ type: 'SRV', name, ttl },
        data: { priority: 0, weight: 100, port: entry.port, target: entry.target },
      })),
      additionals: targets.flatMap(({ target, ips }) =>
        ips.flatMap((ip) => addressRecords(target, [ip], familyOf(ip))),
      ),
    };
  }

  /**
   * @param {string} name
   * @param {string} rest
   * @param {string} type
   * @returns {Reply}
   */
  podName(name, rest, type) {
    const [host = '', namespace, ...more] = rest.split('.');
    const ip = /^\d+(-\d+){3}$/.test(host) ? host.replaceAll('-', '.') : undefined;
    return ip === undefined || namespace === undefined || more.length > 0
      ? this.none(name)
      : this.found(addressRecords(name, [ip], type));
  }

  /**
   * @param {string} name
   * @returns {Reply}
   */
  pointer(name) {
    const ip = suffixed(name, '.in-addr.arpa')?.split('.').reverse().join('.');
    for (const { metadata, spec } of this.state.services.values()) {
      if (ip !== undefined && clusterIPs({ metadata, spec }).includes(ip)) {
        return this.found([{ type: 'PTR', name, ttl, data: this.nameOf(metadata) }]);
      }
    }
    for (const [key, { metadata }] of this.state.endpoints) {
      const service = this.state.services.get(key);
      const backends =
        service === undefined || !isHeadless(service) ? [] : this.backends(key, service);
      const backend = backends.find(({ address }) => address.ip === ip);
      if (backend !== undefined) {
        const data = `${hostOf(backend.address)}.${this.nameOf(metadata)}`;
        return this.found([{ type: 'PTR', name, ttl, data }]);
      }
    }
    return { rcode: 'NXDOMAIN' };
  }

  /** @param {{ name: string, namespace: string }} metadata */
  nameOf({ name, namespace }) {
    return `${name}.${namespace}.svc.${this.domain}`;
  }

  /**
   * @param {string} key
   * @param {Service} service
   * @returns {Backend[]}
   */
  backends(key, service) {
    return (this.state.endpoints.get(key)?.subsets ?? []).flatMap((subset) => {
      const late =
        service.spec.publishNotReadyAddresses === true ? (subset.notReadyAddresses ?? []) : [];
      return [...(subset.addresses ?? []), ...late].map((address) => ({
        address,
        ports: subset.ports ?? [],
      }));
    });
  }

  /** @param {string} namespace */
  hasNamespace(namespace) {
    return [...this.state.services.values()].some(
      ({ metadata }) => metadata.namespace === namespace,
    );
  }

  /**
   * @param {Record[]} answers
   * @returns {Reply}
   */
  found(answers) {
    return answers.length === 0 ? this.noData() : { answers };
  }

  /** @returns {Reply} */
  noData() {
    return { authorities: this.authority() };
  }

  /**
   * @param {string} name
   * @returns {Reply}
   */
  none(name) {
    const isOurs = name === this.domain || name.endsWith(`.${this.domain}`);
    return { rcode: 'NXDOMAIN', authorities: isOurs ? this.authority() : [] };
  }

  /** @returns {Record[]} */
  authority() {
    const names = { mname: `ns.dns.${this.domain}`, rname: `hostmaster.${this.domain}` };
    const data = { ...names, serial: 1, refresh: 7200, retry: 1800, expire: 86400, minimum: ttl };
    return [{ type: 'SOA', name: this.domain, ttl, data }];
  }
}

/** @param {Service} service */
const isHeadless = ({ spec }) => spec.clusterIP === 'None';

/** @param {Service} service */
const clusterIPs = ({ spec }) =>
  (spec.clusterIPs ?? [spec.clusterIP ?? '']).filter((ip) => ip !== '' && ip !== 'None');

/**
 * @param {string} name
 * @param {string[]} ips
 * @param {string} type
 * @returns {Record[]}
 */
function addressRecords(name, ips, type) {
  return ips
    .filter((ip) => type === familyOf(ip))
    .map((data) =>
      type === 'A' ? { type: 'A', name, ttl, data } : { type: 'AAAA', name, ttl, data },
    );
}

/**
 * @param {string} name
 * @param {string} suffix
 */
const suffixed = (name, suffix) =>
  name.endsWith(suffix) ? name.slice(0, -suffix.length) : undefined;
