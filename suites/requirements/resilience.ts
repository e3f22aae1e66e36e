/**
 * Requirements on what happens when Kuryr is away for a while, and on what it leaves alone.
 */
import type { Requirement } from '#helpers';
import { kuryrCode } from './sources.ts';

const restarted = 'kuryr-tempest-plugin, TestKuryrRestartScenario';
const watched = `${kuryrCode('watcher.py')}: what is there when a watch begins is looked at like what comes`;

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
    id: 'RES-OTHER-01',
    level: 'must',
    text: 'Kuryr leaves networks, ports, security groups and load balancers of the project alone that are not its own.',
    source:
      'OpenStack resource tags (resource_tags of kuryr.conf) tell what is its own from what is not',
    needs: ['namespaces.own-subnet', 'lb.octavia'],
  },
] as const satisfies readonly Requirement[];
