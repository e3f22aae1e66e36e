/**
 * Requirements on network policies: security groups that are enforced on the ports of pods.
 */
import type { Requirement } from '#helpers';
import { installerPage, kuryrCode } from './sources.ts';

/** Requirements of the area "policies". */
export const policyRequirements = [
  {
    id: 'POL-DENY-01',
    level: 'must',
    text: 'A policy without ingress rules keeps every pod from reaching the pods it selects, over TCP and UDP.',
    source: `Kubernetes NetworkPolicy, default deny; ${kuryrCode('controller/drivers/network_policy.py')}`,
    needs: ['policies'],
  },
  {
    id: 'POL-DENY-02',
    level: 'must',
    text: 'A policy leaves the pods that it does not select reachable.',
    source: 'Kubernetes NetworkPolicy, isolation applies to selected pods only',
    needs: ['policies'],
  },
  {
    id: 'POL-ALLOW-01',
    level: 'must',
    text: 'A policy that allows ingress from selected pods and namespaces admits these and nobody else.',
    source: `Kubernetes NetworkPolicy, ingress.from; ${kuryrCode('controller/drivers/network_policy.py')}`,
    needs: ['policies'],
  },
  {
    id: 'POL-SG-01',
    level: 'must',
    text: 'Security groups are enforced on the VLAN subports of a trunk.',
    source: `${installerPage}: security groups are enforced on trunk subports`,
    needs: ['policies', 'pods.nested-vlan'],
  },
  {
    id: 'POL-SG-02',
    level: 'must',
    text: 'A policy is one Neutron security group, which the ports of the selected pods carry.',
    source: `${installerPage}: 1 security group per NetworkPolicy; ${kuryrCode('controller/drivers/network_policy_security_groups.py')}`,
    needs: ['policies'],
  },
  {
    id: 'POL-PEER-01',
    level: 'must',
    text: 'A peer that selects pods in several namespaces admits the selected pods of each of them.',
    source: `Kubernetes NetworkPolicy, namespaceSelector and podSelector in one element; ${kuryrCode('controller/drivers/network_policy.py')}`,
    needs: ['policies'],
  },
  {
    id: 'POL-BLOCK-01',
    level: 'must',
    text: 'An ipBlock admits its addresses but those of every except entry.',
    source: 'Kubernetes NetworkPolicy, ipBlock: except lists CIDRs that are not to be included',
    needs: ['policies'],
  },
  {
    id: 'POL-PORT-01',
    level: 'must',
    text: 'A rule that names a protocol and no port admits every port of that protocol, and no other protocol.',
    source: 'Kubernetes API, NetworkPolicyPort: if port is not provided, this matches all ports',
    needs: ['policies'],
  },
  {
    id: 'POL-RULE-01',
    level: 'must',
    text: 'A rule without peers and ports admits everybody, wherever it stands among the rules.',
    source:
      'Kubernetes API, NetworkPolicyIngressRule: empty or missing matches all; rules are added up',
    needs: ['policies'],
  },
] as const satisfies readonly Requirement[];
