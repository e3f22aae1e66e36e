/**
 * What Octavia should hold for a service, in the form that a reading of its load balancer is expected
 * to settle on. Traffic is probed only after that: a load balancer is ACTIVE long before it has members.
 */
import type { Expected } from '../expect/differences.ts';
import type { LoadBalancerView } from './views.ts';

/** A service, as far as its load balancer follows from it. */
export interface BalancedService {
  readonly clusterIP: string;
  readonly ports: readonly { readonly port: number; readonly protocol: string }[];
}

/** Writes down the load balancer of a service: ACTIVE throughout, with every pod as a member. */
export function expectedBalancer(
  service: BalancedService,
  podIPs: readonly string[],
  targetPort: number,
): Expected<LoadBalancerView> {
  return {
    provisioningStatus: 'ACTIVE',
    vipAddress: service.clusterIP,
    listeners: service.ports
      .map(({ port, protocol }) => ({ protocol, port, provisioningStatus: 'ACTIVE' }))
      .sort((a, b) => a.port - b.port || a.protocol.localeCompare(b.protocol)),
    members: podIPs.map((ip) => `${ip.includes(':') ? `[${ip}]` : ip}:${targetPort}`).sort(),
  };
}
