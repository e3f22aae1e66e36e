/**
 * Requirements on services: each one is an Octavia load balancer that reaches its pods.
 */
import type { Requirement } from '#helpers';
import { installerPage, kuryrCode } from './sources.ts';

/** Requirements of the area "services". */
export const serviceRequirements = [
  {
    id: 'SVC-TCP-01',
    level: 'must',
    text: 'A Service of type ClusterIP reaches each of its ready pods over TCP.',
    source: `${installerPage}: uses Octavia to implement OpenShift services`,
    needs: ['services.tcp'],
  },
  {
    id: 'SVC-UDP-01',
    level: 'must',
    text: 'A Service of type ClusterIP reaches each of its ready pods over UDP.',
    source: `${installerPage}: UDP services need Train; Octavia 3.0.0 release note "Add UDP protocol support"`,
    needs: ['services.udp'],
    since: 'rocky',
  },
  {
    id: 'SVC-MIX-01',
    level: 'must',
    text: 'A Service that exposes one port number over TCP and over UDP answers over both.',
    source: `${installerPage}: same port for different protocols needs Train; Octavia 5.0.0 release note "same port listeners"`,
    needs: ['services.mixed-protocol'],
    since: 'train',
  },
  {
    id: 'SVC-SEL-01',
    level: 'must',
    text: 'A Service reaches no pod but those that its selector selects.',
    source: `Kubernetes Service, selector; ${kuryrCode('controller/handlers/lbaas.py')}`,
    needs: ['services.tcp'],
  },
  {
    id: 'SVC-LB-01',
    level: 'must',
    text: 'A Service with a ready pod is one Octavia load balancer whose VIP is the cluster IP.',
    source: `${installerPage}: 1 load balancer per service; ${kuryrCode('controller/drivers/lbaasv2.py')}`,
    needs: ['lb.octavia'],
  },
  {
    id: 'SVC-LB-02',
    level: 'must',
    text: 'Each port of a Service is one listener and one pool, with the protocol and number of the port.',
    source: `${installerPage}: 1 listener and 1 pool per port exposed; ${kuryrCode('controller/handlers/loadbalancer.py')}`,
    needs: ['lb.octavia'],
  },
  {
    id: 'SVC-LB-03',
    level: 'must',
    text: 'The members of a pool are the ready pods of the Service at their target port.',
    source: kuryrCode('controller/handlers/loadbalancer.py'),
    needs: ['lb.octavia'],
  },
] as const satisfies readonly Requirement[];
