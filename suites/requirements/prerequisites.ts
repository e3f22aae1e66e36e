/**
 * Requirements on what Kuryr stands on: services, extensions, versions and quotas of the cloud.
 */
import type { PrerequisiteId, Requirement } from '#helpers';
import { installerPage, kuryrCode } from './sources.ts';

/** Requirements on the cloud, quotas apart. */
export const prerequisiteRequirements = [
  {
    id: 'PRE-LB-01',
    level: 'must',
    text: 'The catalogue of the cloud offers Neutron and Octavia.',
    source: `${installerPage}: the OpenStack environment must have Octavia installed and configured`,
    needs: [],
  },
  {
    id: 'PRE-LB-02',
    level: 'must',
    text: 'The API of Octavia is new enough for the protocols that the stack claims.',
    source: `${installerPage}: depending on the Octavia version; ${kuryrCode('controller/drivers/lbaasv2.py')}: versions that it asks for`,
    needs: ['lb.octavia'],
  },
  {
    id: 'PRE-LB-03',
    level: 'must',
    text: 'Octavia has enabled the provider that the stack uses.',
    source: `${installerPage}: openstack loadbalancer provider list`,
    needs: ['lb.octavia'],
  },
  {
    id: 'PRE-NET-01',
    level: 'must',
    text: 'Neutron has loaded the extensions by which Kuryr routes, filters, marks and counts.',
    source: kuryrCode('controller/managers/health.py, controller/drivers/namespace_subnet.py'),
    needs: [],
  },
  {
    id: 'PRE-TRUNK-01',
    level: 'must',
    text: 'Neutron has loaded the trunk extension.',
    source: `${installerPage}: the trunks extension must be enabled`,
    needs: ['pods.nested-vlan'],
  },
  {
    id: 'PRE-FW-01',
    level: 'must',
    text: 'No node is plugged in through the hybrid bridge of iptables, behind which security groups are not enforced on subports.',
    source: `${installerPage}: the firewall must be openvswitch; Neutron, doc/source/admin/config-trunking.rst, limitations`,
    needs: ['pods.nested-vlan', 'cloud.admin'],
  },
  {
    id: 'PRE-ADV-01',
    level: 'should',
    text: 'The deployment is none for which Kuryr is not recommended.',
    source: `${installerPage}: Kuryr is not recommended where all criteria of one of two lists are true`,
    needs: ['lb.octavia'],
  },
] as const satisfies readonly Requirement[];

/** Requirements on quotas; the figures are those of the profile. */
export const quotaRequirements = [
  {
    id: 'QUOTA-FIP-01',
    level: 'must',
    text: 'The project may have 3 floating IPs and one more for each Service of type LoadBalancer.',
    source: `${installerPage}: quota, floating IPs`,
    needs: ['lb.floating-ip'],
  },
  {
    id: 'QUOTA-SG-01',
    level: 'must',
    text: 'The project may have 250 security groups.',
    source: `${installerPage}: quota, security groups`,
    needs: ['policies'],
  },
  {
    id: 'QUOTA-SG-02',
    level: 'must',
    text: 'The project may have 1000 rules in its security groups.',
    source: `${installerPage}: quota, security group rules`,
    needs: ['policies'],
  },
  {
    id: 'QUOTA-NET-01',
    level: 'must',
    text: 'The project may have 1 router.',
    source: `${installerPage}: quota, routers`,
    needs: [],
  },
  {
    id: 'QUOTA-NET-02',
    level: 'must',
    text: 'The project may have 250 subnets.',
    source: `${installerPage}: quota, subnets`,
    needs: ['namespaces.own-subnet'],
  },
  {
    id: 'QUOTA-NET-03',
    level: 'must',
    text: 'The project may have 250 networks.',
    source: `${installerPage}: quota, networks`,
    needs: ['namespaces.own-subnet'],
  },
  {
    id: 'QUOTA-NET-04',
    level: 'must',
    text: 'The project may have 1500 ports.',
    source: `${installerPage}: quota, ports`,
    needs: [],
  },
  {
    id: 'QUOTA-VM-01',
    level: 'must',
    text: 'The project may use 112 GB of RAM.',
    source: `${installerPage}: quota, RAM; what the machines of a default OpenShift take`,
    needs: ['cluster.openshift', 'cloud.compute'],
  },
  {
    id: 'QUOTA-VM-02',
    level: 'must',
    text: 'The project may use 28 virtual CPUs.',
    source: `${installerPage}: quota, vCPUs; what the machines of a default OpenShift take`,
    needs: ['cluster.openshift', 'cloud.compute'],
  },
  {
    id: 'QUOTA-VM-03',
    level: 'must',
    text: 'The project may use 175 GB of volume storage.',
    source: `${installerPage}: quota, volume storage; what the machines of a default OpenShift take`,
    needs: ['cluster.openshift', 'cloud.compute'],
  },
  {
    id: 'QUOTA-VM-04',
    level: 'must',
    text: 'The project may have 7 instances.',
    source: `${installerPage}: quota, instances; three masters, three workers and the bootstrap machine`,
    needs: ['cluster.openshift', 'cloud.compute'],
  },
  {
    id: 'QUOTA-LB-01',
    level: 'must',
    text: 'The project may have 100 load balancers.',
    source: `${installerPage}: quota, load balancers`,
    needs: ['lb.octavia'],
  },
  {
    id: 'QUOTA-LB-02',
    level: 'must',
    text: 'The project may have 500 listeners.',
    source: `${installerPage}: quota, load balancer listeners`,
    needs: ['lb.octavia'],
  },
  {
    id: 'QUOTA-LB-03',
    level: 'must',
    text: 'The project may have 500 pools.',
    source: `${installerPage}: quota, load balancer pools`,
    needs: ['lb.octavia'],
  },
] as const satisfies readonly Requirement[];

/** An id of this file. */
type PlatformRequirementId =
  (typeof prerequisiteRequirements)[number]['id'] | (typeof quotaRequirements)[number]['id'];

/** The requirement behind each prerequisite that a table or a scenario judges. */
export const requirementOf = {
  services: 'PRE-LB-01',
  'octavia-api': 'PRE-LB-02',
  provider: 'PRE-LB-03',
  extensions: 'PRE-NET-01',
  trunk: 'PRE-TRUNK-01',
  firewall: 'PRE-FW-01',
  advice: 'PRE-ADV-01',
  'quota-floating-ips': 'QUOTA-FIP-01',
  'quota-security-groups': 'QUOTA-SG-01',
  'quota-security-group-rules': 'QUOTA-SG-02',
  'quota-routers': 'QUOTA-NET-01',
  'quota-subnets': 'QUOTA-NET-02',
  'quota-networks': 'QUOTA-NET-03',
  'quota-ports': 'QUOTA-NET-04',
  'quota-ram': 'QUOTA-VM-01',
  'quota-vcpus': 'QUOTA-VM-02',
  'quota-volumes': 'QUOTA-VM-03',
  'quota-instances': 'QUOTA-VM-04',
  'quota-load-balancers': 'QUOTA-LB-01',
  'quota-listeners': 'QUOTA-LB-02',
  'quota-pools': 'QUOTA-LB-03',
} as const satisfies Readonly<Record<PrerequisiteId, PlatformRequirementId>>;
