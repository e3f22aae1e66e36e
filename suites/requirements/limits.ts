/**
 * Documented shortcomings that belong to no other area. Each is asserted where a stack can show it, and
 * says why not where none can. Those of Services, drivers and DNS stand with these areas.
 */
import type { Requirement } from '#helpers';
import { kuryrCode } from './sources.ts';

/** What OpenShift's documentation lists; it was written for the releases 4.5 to 4.7. */
const knownLimitations = 'OpenShift documentation, known limitations of installing with Kuryr';

/** Requirements of the area "limits". */
export const limitRequirements = [
  {
    id: 'LIM-SEL-01',
    level: 'must',
    kind: 'limitation',
    text: 'With the ovn provider an address that is in no subnet of pods or nodes is no member of a Service without a selector, and an event says so.',
    source: `${knownLimitations}; ${kuryrCode('controller/handlers/loadbalancer.py, event KuryrSkipMember')}`,
    needs: ['lb.ovn', 'kuryr.events'],
  },
  {
    id: 'LIM-IDLE-01',
    level: 'must',
    kind: 'limitation',
    text: 'Connections to a Service that was idled wake no pod of it.',
    source: `${knownLimitations}: automatic unidling of services`,
    needs: ['cluster.openshift', 'lb.octavia'],
  },
  {
    id: 'LIM-NET-01',
    level: 'must',
    kind: 'limitation',
    text: 'The cluster has exactly one block of addresses for pods and one for Services.',
    source: 'openshift/cluster-network-operator, release-4.14, pkg/network/kuryr.go: validateKuryr',
    needs: ['cluster.openshift'],
  },
  {
    id: 'LIM-FIP-01',
    level: 'must',
    kind: 'limitation',
    text: 'A Service of type LoadBalancer gets no floating IP where no router with an external gateway leads to its subnet.',
    source: `${knownLimitations}: floating IPs need a gateway router`,
    needs: ['lb.floating-ip'],
    uncovered:
      'Every stack that claims floating IPs has such a router, and taking its gateway away would cut off all other scenarios.',
  },
  {
    id: 'LIM-MTU-01',
    level: 'must',
    kind: 'limitation',
    text: 'The MTU of the pod network cannot be changed after the installation.',
    source:
      'openshift/cluster-network-operator, release-4.14, pkg/network/kuryr.go: isKuryrChangeSafe',
    needs: ['cluster.openshift'],
    uncovered:
      'It takes a change of the operator configuration of a living cluster, which no scenario may risk.',
  },
  {
    id: 'LIM-DUAL-01',
    level: 'must',
    kind: 'limitation',
    text: 'On a dual-stack cluster a pod has one address and a Service one load balancer, of the first family.',
    source: `${kuryrCode('controller/drivers/utils.py, controller/drivers/lbaasv2.py')}: one fixed IP; the dual-stack job of its gate is experimental`,
    needs: [],
    uncovered: 'No stack here has a cluster of two families; it takes a profile of such a one.',
  },
  {
    id: 'LIM-IP6-01',
    level: 'must',
    kind: 'limitation',
    text: 'Network policies are not enforced as written on a cluster of IPv6 alone.',
    source: 'kuryr-kubernetes 10.0.0, .zuul.d: the IPv6 job of its gate leaves policies out',
    needs: ['policies'],
    uncovered: 'No stack here has a cluster of IPv6; it takes a profile of such a one.',
  },
] as const satisfies readonly Requirement[];
