/**
 * Requirements on policies where the traffic goes through Services.
 */
import type { Requirement } from '#helpers';
import { kuryrCode } from './sources.ts';

/** Requirements of the area "policies" on Services. */
export const policyServiceRequirements = [
  {
    id: 'POL-SVC-01',
    level: 'must',
    text: 'A policy of ingress applies to the clients of a Service by their own addresses, whoever forwards them.',
    source: `Kubernetes NetworkPolicy, ingress from pods; ${kuryrCode('controller/drivers/lbaasv2.py')}, allowed_cidrs with amphora`,
    needs: ['policies', 'lb.octavia', 'services.tcp'],
  },
  {
    id: 'POL-SVC-02',
    level: 'must',
    text: 'A removed policy leaves the Service before its pods reachable for everybody.',
    source: 'Red Hat bug 1886749: access through the load balancer stayed cut',
    needs: ['policies', 'lb.octavia', 'services.tcp'],
  },
  {
    id: 'POL-SVC-03',
    level: 'must',
    text: 'A policy of egress that admits pods at a port admits them through a Service with another port too.',
    source: `Kubernetes NetworkPolicy, egress to pods and their ports; Red Hat bug 1828387; ${kuryrCode('controller/drivers/network_policy.py')}, _create_svc_egress_sg_rule`,
    needs: ['policies', 'lb.octavia', 'services.tcp'],
  },
  {
    id: 'POL-SVC-04',
    level: 'must',
    text: 'A policy of egress that admits pods at a port opens no Service that leads to another port of theirs.',
    source: `Kubernetes NetworkPolicy, egress to pods and their ports; ${kuryrCode('controller/drivers/network_policy.py')}, _create_svc_egress_sg_rule`,
    needs: ['policies', 'lb.octavia', 'services.tcp'],
  },
  {
    id: 'POL-SVC-05',
    level: 'must',
    text: 'A policy of egress that admits pods of one namespace opens no Service of another one whose pods bear the same labels.',
    source: `Kubernetes NetworkPolicy, egress to pods; ${kuryrCode('controller/drivers/network_policy.py')}, _create_svc_egress_sg_rule compares labels only`,
    needs: ['policies', 'lb.octavia', 'services.tcp'],
  },
  {
    id: 'POL-SVC-06',
    level: 'should',
    text: 'A pod that a policy isolates reaches itself through its Service.',
    source: `kuryr-tempest-plugin, test_network_policy_hairpin_traffic; ${kuryrCode('controller/drivers/network_policy.py')}, _get_service_ingress_rules`,
    needs: ['policies', 'lb.octavia', 'services.tcp'],
  },
  {
    id: 'POL-SVC-07',
    level: 'must',
    text: 'A policy of ingress at a port admits its clients through a Service whose targetPort is a name.',
    source: `Kubernetes NetworkPolicy, ingress; Kubernetes ServicePort.targetPort; ${kuryrCode('controller/drivers/lbaasv2.py')}, update_lbaas_sg`,
    needs: ['policies', 'lb.amphora', 'services.tcp'],
  },
] as const satisfies readonly Requirement[];
