/**
 * The addresses of an embedded stack; none of them exists outside its simulated network.
 */
export const addresses = {
  externalCidr: '172.24.4.0/24',
  externalGateway: '172.24.4.1',
  externalPool: { start: '172.24.4.100', end: '172.24.4.199' },
  outside: '172.24.4.20',
  nodesCidr: '10.10.0.0/24',
  nodesGateway: '10.10.0.1',
  controlPlane: '10.10.0.10',
  kubernetesPort: 6443,
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

/** The address of the worker with index 0, 1, ... */
export function workerAddress(index: number): string {
  return `10.10.0.${11 + index}`;
}
