/**
 * Requirements on what happens when Kuryr or an API is away for a while, and on what it leaves alone.
 */
import type { Requirement } from '#helpers';
import { kuryrCode } from './sources.ts';

const restarted = 'kuryr-tempest-plugin, TestKuryrRestartScenario';
const watched = `${kuryrCode('watcher.py')}: what is there when a watch begins is looked at like what comes`;
const retried = `${kuryrCode('controller/handlers/pipeline.py')}: a connection that fails is tried again`;
const beside =
  'OpenStack: the APIs of Neutron and Octavia are beside the way of packets, not on it';

const besideToo = `${kuryrCode('watcher.py')}: what Kuryr has made stays while it cannot watch`;
const watchedAgain = `${kuryrCode('watcher.py')}: a watch that ends is begun again`;

/** Requirements of the area "resilience". */
export const resilienceRequirements = [
  {
    id: 'RES-CTRL-01',
    level: 'must',
    text: 'Pods and Services go on while the controller of Kuryr is away.',
    source: restarted,
    needs: ['fault.controller', 'services.tcp'],
  },
  {
    id: 'RES-CTRL-02',
    level: 'must',
    text: 'A pod and a Service that are made while the controller is away have their network and load balancer when it is back.',
    source: `${restarted}; ${watched}`,
    needs: ['fault.controller', 'services.tcp', 'lb.octavia'],
  },
  {
    id: 'RES-CTRL-03',
    level: 'must',
    text: 'What is deleted while the controller is away leaves nothing behind when it is back.',
    source: `${kuryrCode('controller/handlers')}: finalizers keep an object until what belongs to it is gone`,
    needs: ['fault.controller', 'services.tcp', 'lb.octavia'],
    sinceKuryr: '3.0',
  },
  {
    id: 'RES-CTRL-04',
    level: 'must',
    text: 'The members of a Service are its ready pods of now when the controller is back.',
    source: watched,
    needs: ['fault.controller', 'services.tcp', 'lb.octavia'],
  },
  {
    id: 'RES-CTRL-05',
    level: 'must',
    text: 'A policy that is made while the controller is away is in force when it is back.',
    source: watched,
    needs: ['fault.controller', 'policies'],
  },
  {
    id: 'RES-CNI-01',
    level: 'must',
    text: 'Pods go on while the CNI daemons of Kuryr are away.',
    source: restarted,
    needs: ['fault.daemon'],
  },
  {
    id: 'RES-CNI-02',
    level: 'must',
    text: 'A pod that is made while the CNI daemons are away gets its interface when they are back.',
    source: `${restarted}; Kubernetes repeats CNI ADD until it succeeds`,
    needs: ['fault.daemon'],
  },
  {
    id: 'RES-API-01',
    level: 'must',
    text: 'Pods and Services go on while the API of Neutron is away.',
    source: beside,
    needs: ['fault.cloud', 'services.tcp'],
  },
  {
    id: 'RES-API-02',
    level: 'must',
    text: 'A pod of a new namespace that is made while the API of Neutron is away has its network when it is back.',
    source: retried,
    needs: ['fault.cloud', 'namespaces.own-subnet'],
  },
  {
    id: 'RES-API-03',
    level: 'must',
    text: 'A policy that is made while the API of Neutron is away is in force when it is back.',
    source: retried,
    needs: ['fault.cloud', 'policies'],
  },
  {
    id: 'RES-API-04',
    level: 'must',
    text: 'Services go on while the API of Octavia is away.',
    source: beside,
    needs: ['fault.cloud', 'services.tcp', 'lb.octavia'],
  },
  {
    id: 'RES-API-05',
    level: 'must',
    text: 'A Service that is made while the API of Octavia is away has its load balancer when it is back.',
    source: retried,
    needs: ['fault.cloud', 'services.tcp', 'lb.octavia'],
  },
  {
    id: 'RES-API-06',
    level: 'must',
    text: 'The load balancer of a Service that is deleted while the API of Octavia is away goes when it is back.',
    source: retried,
    needs: ['fault.cloud', 'services.tcp', 'lb.octavia'],
    sinceKuryr: '3.0',
  },
  {
    id: 'RES-API-07',
    level: 'must',
    text: 'Pods and Services go on while the API of Keystone is away.',
    source: beside,
    needs: ['fault.cloud', 'services.tcp'],
  },
  {
    id: 'RES-API-08',
    level: 'must',
    text: 'A pod and a Service that are made while the API of Keystone is away are served when it is back.',
    source: retried,
    needs: ['fault.cloud', 'services.tcp'],
  },
  {
    id: 'RES-API-09',
    level: 'must',
    text: 'Pods and Services go on while the API of Kubernetes is away.',
    source: besideToo,
    needs: ['fault.kubernetes', 'vm.plain', 'services.tcp'],
  },
  {
    id: 'RES-API-10',
    level: 'must',
    text: 'A pod and a Service that are made after the API of Kubernetes was away are served.',
    source: watchedAgain,
    needs: ['fault.kubernetes', 'vm.plain', 'services.tcp'],
  },
  {
    id: 'RES-LB-01',
    level: 'must',
    text: 'A load balancer in ERROR is made anew, at the same address, with the next change of its Service.',
    source: `${kuryrCode('controller/drivers/lbaasv2.py, _wait_for_provisioning')}; BZ 1799178, BZ 1840187`,
    needs: ['services.tcp', 'lb.octavia', 'lb.status'],
    sinceKuryr: '3.0',
  },
  {
    id: 'RES-LB-02',
    level: 'must',
    text: 'A load balancer that stays pending holds up no other Service.',
    source: 'BZ 2028307: a load balancer stuck in PENDING_UPDATE held up the controller',
    needs: ['services.tcp', 'lb.octavia', 'lb.status'],
    sinceKuryr: '3.0',
  },
  {
    id: 'RES-LB-03',
    level: 'must',
    text: 'What a Service wanted while its load balancer was pending is made when it is ACTIVE again.',
    source: kuryrCode('controller/handlers/loadbalancer.py: what is not ready is tried again'),
    needs: ['services.tcp', 'lb.octavia', 'lb.status'],
    sinceKuryr: '3.0',
  },
  {
    id: 'RES-OTHER-01',
    level: 'must',
    text: 'Kuryr leaves networks, ports, security groups and load balancers of the project alone that are not its own.',
    source:
      'OpenStack resource tags (resource_tags of kuryr.conf) tell what is its own from what is not',
    needs: ['namespaces.own-subnet', 'lb.octavia', 'policies'],
  },
] as const satisfies readonly Requirement[];
