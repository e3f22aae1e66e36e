/**
 * Where the lab keeps its files and which addresses it uses. Everything lives under one cache folder
 * (XDG), so that the host's own files are never touched and `down` knows what to remove.
 */
import { join, resolve } from 'node:path';

/** The folder tree of one lab. */
export interface Layout {
  /** Things that are costly to make and are kept between runs of the lab. */
  readonly cache: string;
  /** State of the running lab; gone after `down`. */
  readonly run: string;
  readonly logs: string;
  /** Handles of network and mount namespaces (bind mounts of nsfs). */
  readonly namespaces: string;
  readonly machines: string;
  readonly pki: string;
  readonly kubeconfig: string;
  readonly cloudsYaml: string;
  /** What `up` learnt about the running lab, read by `status` and by the suite. */
  readonly state: string;
}

/** Derives every path of the lab from its cache folder (absolute path, by default XDG's). */
export function layoutOf(cacheHome: string): Layout {
  const cache = resolve(cacheHome, 'kuryr-conformance', 'lab');
  const run = join(cache, 'run');
  return {
    cache,
    run,
    logs: join(run, 'logs'),
    namespaces: join(run, 'ns'),
    machines: join(run, 'machines'),
    pki: join(run, 'pki'),
    kubeconfig: join(run, 'kubeconfig'),
    cloudsYaml: join(run, 'clouds.yaml'),
    state: join(run, 'state.json'),
  };
}

/** Addresses of the lab. The API address is on the host's loopback, all others are in namespaces. */
export const addresses = {
  api: '127.0.0.20',
  keystonePort: 5000,
  neutronPort: 9696,
  octaviaPort: 9876,
  mariadbPort: 3306,
  kubernetesPort: 6443,
  controllerHealthPort: 8082,
  daemonHealthPort: 8090,
  externalCidr: '172.24.4.0/24',
  externalGateway: '172.24.4.1',
  externalPool: { start: '172.24.4.100', end: '172.24.4.199' },
  outside: '172.24.4.20',
  nodesCidr: '10.10.0.0/24',
  nodesGateway: '10.10.0.1',
  /** The first node port (control plane); workers follow. */
  controlPlane: '10.10.0.10',
  podPool: '10.20.0.0/16',
  podPrefix: 26,
  /** Octavia takes VIP ports of its own from the upper half, Kubernetes cluster IPs from the lower. */
  servicesCidr: '10.79.0.0/16',
  clusterIpCidr: '10.79.0.0/17',
  servicesGateway: '10.79.255.254',
  servicesPool: { start: '10.79.128.1', end: '10.79.255.253' },
  kubernetesService: '10.79.0.1',
  dnsService: '10.79.0.10',
} as const;

/** Name of the worker with index 0, 1, ... */
export function workerName(index: number): string {
  return `n${index + 1}`;
}

/** Address of the worker with index 0, 1, ... on the nodes' subnet. */
export function workerAddress(index: number): string {
  return `10.10.0.${11 + index}`;
}

/**
 * Name of a node's network interface, as a Nova instance has it. It must not be "eth0": on a CNI DEL
 * without a network namespace Kuryr 10.0.0 deletes "eth0" of the node itself (docs/track-record.md).
 */
export const nodeNic = 'ens3';
