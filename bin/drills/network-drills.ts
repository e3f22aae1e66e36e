/**
 * Drills of pods' ports, their networks, and the security groups of policies.
 */
import {
  closeGroups,
  detachRouter,
  detachSubports,
  disablePorts,
  exhaust,
  losePackets,
  openGroups,
  overrulePackets,
  plantNetworks,
  takeGroupsOff,
  untagPorts,
} from '#helpers';
import type { Drill } from './drill.ts';

/** Room for any small packet of a probe, and for none of the size of a pod network's MTU. */
const shortPackets = 1000;

/** Drills of the ports of pods and their networks. */
export const ports: readonly Drill[] = [
  {
    id: 'port-untagged',
    says: 'The port of a pod has lost its tags.',
    requirement: 'POD-PORT-04',
    layer: 'port',
    fault: untagPorts,
    explains: /port of pod .*[^]*tags/,
  },
  {
    id: 'port-disabled',
    says: 'The port of a pod is switched off.',
    requirement: 'POD-PORT-03',
    layer: 'port',
    fault: disablePorts,
    explains: /port of pod .*[^]*(isAdminUp|status): expected/,
  },
  {
    id: 'subport-detached',
    says: 'The port of a pod is no longer on the trunk of its node.',
    requirement: 'TRUNK-01',
    layer: 'subport',
    fault: detachSubports,
    explains: /port of pod .*[^]*(trunk|deviceOwner|status)/,
  },
  {
    id: 'network-doubled',
    says: 'A namespace has two networks.',
    requirement: 'NS-NET-01',
    layer: 'network',
    fault: plantNetworks,
    explains: /footprint of namespace .*[^]*networks/,
  },
  {
    id: 'router-detached',
    says: 'The subnet of a namespace is not on the router.',
    requirement: 'POD-NET-03',
    layer: 'router',
    fault: detachRouter,
    explains: /who reaches whom .*[^]*expected 'open', last read '(dropped|rejected)'/,
  },
  {
    id: 'tcp-lost',
    says: 'The network of a namespace loses TCP packets to the pods.',
    requirement: 'POD-NET-01',
    layer: 'network',
    fault: overrulePackets({ match: 'tcp.dst == 8080', action: 'drop' }),
    // Where it strikes before the pods are ready, the kubelet is the first whose packets are lost.
    explains:
      /(over TCP|TCP probe of)[^]*expected 'open', last read 'dropped'|kubelet of its node does not reach it[^]*timeout/,
    isBelow: true,
  },
  {
    id: 'udp-lost',
    says: 'The network of a namespace loses UDP packets to the pods.',
    requirement: 'POD-NET-02',
    layer: 'network',
    fault: overrulePackets({ match: 'udp.dst == 8080', action: 'drop' }),
    explains: /(over UDP|UDP probe of)[^]*expected 'open', last read 'dropped'/,
    isBelow: true,
  },
  {
    id: 'long-packets-lost',
    says: 'Packets as large as the MTU are lost on their way.',
    requirement: 'POD-NET-04',
    layer: 'network',
    fault: losePackets(shortPackets),
    explains: /verdict: expected 'open', last read 'dropped'/,
    isBelow: true,
  },
];

/** Drills of the security groups of policies. */
export const groups: readonly Drill[] = [
  {
    id: 'group-opened',
    says: 'The security group of a policy admits everybody.',
    requirement: 'POL-DENY-01',
    layer: 'security group',
    fault: openGroups,
    explains: /who reaches whom .*[^]*expected blocked, last read 'open'/,
  },
  {
    id: 'rule-removed',
    says: 'The security group of a policy lacks the rule for the pod that it admits.',
    requirement: 'POL-ALLOW-01',
    layer: 'security group',
    fault: closeGroups,
    explains: /who reaches whom .*[^]*expected 'open', last read 'dropped'/,
  },
  {
    id: 'group-taken-off',
    says: 'The port of a selected pod does not carry the security group of the policy.',
    requirement: 'POL-SG-02',
    layer: 'security group',
    fault: takeGroupsOff,
    explains: /pods with (the )?security group|securityGroupIds|expected blocked, last read 'open'/,
  },
  {
    id: 'groups-overruled',
    says: 'Security groups are not enforced on subports.',
    requirement: 'POL-SG-01',
    layer: 'security group',
    fault: overrulePackets({ match: 'ip4', action: 'allow' }),
    explains: /dropped\|rejected[^]*last read 'open'/,
    isBelow: true,
  },
  {
    id: 'group-quota-exhausted',
    says: 'The quota of security groups leaves no room for that of a policy.',
    requirement: 'POL-SG-02',
    layer: 'security group',
    fault: exhaust('security_group'),
    explains: /(security group of policy .*not there|who reaches whom)/,
    isAlone: true,
  },
];
