/**
 * The broken link in what a failure says by itself.
 */
import { expect, test } from '@playwright/test';
import { explained } from './diagnose.ts';
import type { Picture } from './picture.ts';
import { port, routerPort, picture, service, withLatecomer } from './testing.ts';

const unsettled = 'did not settle within 9000 ms (budget "dataplane", 5 reads).';
const symptoms: readonly (readonly [layer: string, message: string, Picture])[] = [
  ['dns', `Error: look-up of web through libc from pod home/a ${unsettled}`, picture()],
  ['dns', `Error: probe of web through musl-1.2.3 from pod home/a ${unsettled}`, picture()],
  ['dns', `Error: resolv.conf of pod home/a ${unsettled}`, picture()],
  ['router', `Error: router of subnet s-1 ${unsettled}`, picture()],
  ['member', `Error: load balancer home/web ${unsettled}\n  members: expected []`, picture()],
  ['kubernetes', `Error: network.config.openshift.io/cluster ${unsettled}`, picture()],
  [
    'security group',
    `Error: TCP probe of 10.0.0.4:8080/TCP from pod home/a ${unsettled}\n  verdict: expected StringMatching /^(dropped|rejected)$/, last read 'open'`,
    picture({ policies: [], ports: [{ ...port, security_groups: [] }, routerPort] }),
  ],
  ['router', `Error: prerequisite "quota: routers" ${unsettled}`, picture()],
  ['load balancer', `Error: prerequisite "provider of load balancers" ${unsettled}`, picture()],
  ['kubernetes', `Error: prerequisite "quota: RAM" ${unsettled}`, picture()],
  ['kubernetes', `Error: answer to the offer of a KuryrPort in home ${unsettled}`, picture()],
  [
    'listener',
    `Error: answers to 40 connections to 10.1.0.5:80/UDP from pod home/a ${unsettled}\n  answeredBy: expected [ 'web-0' ], last read []`,
    picture(),
  ],
  [
    'member',
    `Error: answers to 40 connections to 10.1.0.5:80/TCP from pod home/a ${unsettled}\n  verdicts.open: expected 40, last read 13`,
    picture(),
  ],
  [
    'load balancer',
    `Error: TCP probe of 10.1.0.5:80/TCP from pod home/a ${unsettled}\n  clientAddress: expected '10.0.0.4', last read '10.1.0.5'`,
    picture(),
  ],
  [
    'security group',
    `Error: probe of 10.1.0.5:80/TCP from pod home/a beside 10.0.0.4:80/TCP ${unsettled}\n  verdict: expected StringMatching /^(dropped|rejected)$/, last read 'open'`,
    picture({ ports: [port, routerPort] }),
  ],
  [
    'listener',
    `Error: probe of 10.1.0.5:81/UDP and 10.1.0.5:82/TCP from pod home/a ${unsettled}\n  [0].verdict: expected StringMatching /^(dropped|rejected)$/, last read 'open'`,
    picture({ policies: [], ports: [{ ...port, security_groups: [] }, routerPort] }),
  ],
  ...(['listener', 'security group'] as const).map((layer): (typeof symptoms)[number] => [
    layer,
    `Error: probe of 10.1.0.5:80/TCP from pod home/web-0 beside 10.0.0.4:8080/TCP ${unsettled}\n  verdict: expected 'open', last read 'dropped'`,
    picture({
      services: [
        {
          ...service,
          listeners: service.listeners.map((listener) => ({
            ...listener,
            allowed_cidrs: [layer === 'listener' ? '10.0.0.16/28' : '10.0.0.0/28'],
          })),
        },
      ],
    }),
  ]),
  ['floating ip', `Error: TCP probe of 192.0.2.7:80/TCP from outside ${unsettled}`, picture()],
  ['floating ip', `Error: TCP probe of 192.0.2.7:80/TCP from pod home/a ${unsettled}`, picture()],
  [
    'floating ip',
    `Error: probe of 192.0.2.9:80/TCP from outside ${unsettled}\n  expected is no answer of these pods, last read { clientAddress: '192.0.2.3' }`,
    picture(),
  ],
  [
    'listener',
    `Error: TCP probe of 10.1.0.5:80/TCP from pod home/web-0 ${unsettled}\n  verdict: expected 'open', last read 'dropped'`,
    withLatecomer(),
  ],
  [
    'port',
    `Error: TCP probe of 10.0.0.9:80/TCP from pod home/web-0 ${unsettled}\n  verdict: expected 'open', last read 'dropped'`,
    withLatecomer(),
  ],
  [
    'router',
    `Error: TCP probe of 192.0.2.20:80/TCP from pod home/a ${unsettled}\n  clientAddress: expected '192.0.2.9', last read '192.0.2.10'`,
    picture(),
  ],
  [
    'security group',
    `Error: TCP probe of 10.1.0.5:80/TCP from pod home/kept-out ${unsettled}\n  verdict: expected 'open', last read 'dropped'`,
    picture({ ports: [port, routerPort] }),
  ],
  [
    'namespace network',
    `Error: footprint of namespace home ${unsettled}\n  subnets: expected [ Any ], last read [ 'a', 'b' ]`,
    picture(),
  ],
  [
    'clean-up',
    `Error: footprint of namespace home, which is gone, ${unsettled}\n  subnets: expected [], last read [ 'a' ]`,
    picture(),
  ],
  ['pool', 'Error: answer of Octavia to pools with {}', picture()],
  [
    'load balancer',
    `Error: KuryrLoadBalancer home/web ${unsettled}\n  expected undefined, last read { publicIp: '192.0.2.7' }`,
    picture(),
  ],
  [
    'floating ip',
    `Error: KuryrLoadBalancer home/web ${unsettled}\n  publicIp: expected 1`,
    picture(),
  ],
  ['listener', 'Error: answer of Octavia to listeners with {}', picture()],
  ['load balancer', `Error: providers of Octavia ${unsettled}`, picture()],
  [
    'load balancer',
    `Error: port p-1 ${unsettled}\n  expected has the address 10.1.0.5 and is bound to no host`,
    picture(),
  ],
  ['pod', `Error: interfaces of pod near ${unsettled}\n  [0].mtu: expected 1442`, picture()],
  [
    'security group',
    `Error: who reaches whom among 3 pods over UDP port 8080 ${unsettled}`,
    picture(),
  ],
  [
    'port',
    `Error: who reaches whom among 2 pods over UDP port 8080 ${unsettled}`,
    picture({ policies: [], ports: [{ ...port, security_groups: [] }, routerPort] }),
  ],
  [
    'router',
    `Error: who reaches whom among 2 pods over UDP port 8080 ${unsettled}\n  home/one (10.0.0.4) -> other/two (10.0.1.4:8080/UDP): expected 'open', last read 'dropped'`,
    picture({ policies: [], ports: [{ ...port, security_groups: [] }, routerPort] }),
  ],
  [
    'namespace network',
    `Error: UDP probe of 10.0.0.4:8080/UDP with 1372 bytes from pod home/a ${unsettled}`,
    picture({ policies: [], ports: [{ ...port, security_groups: [] }, routerPort] }),
  ],
  [
    'port',
    `Error: UDP probe of 10.0.0.4:8080/UDP with 256 bytes from pod home/a ${unsettled}`,
    picture({ policies: [], ports: [{ ...port, security_groups: [] }, routerPort] }),
  ],
  ['clean-up', `Error: objects of somebody else's ${unsettled}`, picture()],
  ['clean-up', 'LeakError: Removing namespace "home": this is still there, 12 s', picture()],
];

test.describe('a failure of which the objects know nothing', () => {
  for (const [layer, message, seen] of symptoms) {
    test(`speaks of the ${layer}: ${message.slice(0, 60)}`, () => {
      expect(explained(seen, [message])?.layer).toBe(layer);
    });
  }
});
