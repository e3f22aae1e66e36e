/**
 * All drills, from the pod to the client: each names what it breaks, which requirement notices, and the
 * words that must be in the failure.
 */
import { overrulePackets, plantGroups, plantPorts, removeListener, suspendPart } from '#helpers';
import type { Drill } from './drill.ts';
import { balancers } from './balancer-drills.ts';
import { groups, ports } from './network-drills.ts';

const others: readonly Drill[] = [
  {
    id: 'dns-lost',
    says: 'The network of a namespace loses the questions to the cluster DNS.',
    requirement: 'DNS-SVC-01',
    layer: 'DNS',
    fault: overrulePackets({ match: 'udp.dst == 53', action: 'drop' }),
    explains: /through libc.*[^]*verdict: expected 'open', last read 'dropped'/,
    isBelow: true,
  },
  {
    id: 'dns-tcp-listener-removed',
    says: 'The load balancer of a DNS Service has lost its TCP listener.',
    requirement: 'DNS-VC-01',
    layer: 'listener',
    fault: removeListener('TCP'),
    explains: /(listeners: expected|through (glibc|go)[^]*last read)/,
  },
  {
    id: 'network-occupied',
    says: "A port of somebody else's keeps the network of a deleted namespace.",
    requirement: 'NS-DEL-01',
    layer: 'network',
    fault: plantPorts,
    explains: /(namespace .*(still|Terminating)|footprint)/,
  },
  {
    id: 'group-left-behind',
    says: 'A security group of a policy is left when its namespace is deleted.',
    requirement: 'NS-DEL-02',
    layer: 'security group',
    fault: plantGroups,
    explains: /security ?groups?/i,
  },
  {
    id: 'controller-hung',
    says: "Kuryr's controller hangs, so that no pod gets a port.",
    requirement: 'POD-PORT-01',
    layer: 'Kuryr',
    fault: suspendPart('kuryr-controller'),
    explains: /pods are ready.*ContainerCreating/,
    isBelow: true,
    isAlone: true,
  },
  {
    id: 'daemon-hung',
    says: "Kuryr's CNI daemons hang, so that no pod gets its interface.",
    requirement: 'POD-NET-01',
    layer: 'Kuryr',
    fault: suspendPart('kuryr-daemon'),
    explains: /pods are ready.*ContainerCreating/,
    isBelow: true,
    isAlone: true,
  },
];

/** Every drill. */
export const drills: readonly Drill[] = [...ports, ...groups, ...balancers, ...others];
