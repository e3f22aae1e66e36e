/**
 * Requirements on name resolution: which resolvers honour `use-vc`, and that none needs it on a cloud
 * whose load balancers carry UDP.
 */
import type { Requirement } from '#helpers';
import { installerPage } from './sources.ts';

/** Requirements of the area "dns". */
export const dnsRequirements = [
  {
    id: 'DNS-SVC-01',
    level: 'must',
    text: 'The name of a Service resolves to its cluster IP in a pod, through the cluster DNS.',
    source: 'Kubernetes, DNS for Services and Pods: A records of Services',
    needs: ['dns.cluster', 'services.udp'],
  },
  {
    id: 'DNS-UDP-01',
    level: 'must',
    text: 'Without use-vc the glibc, musl and Go resolvers get their answers from a Service over UDP.',
    source: `${installerPage}: TCP is forced only where OpenStack is older than Train`,
    needs: ['services.udp', 'dns.use-vc-images'],
  },
  {
    id: 'DNS-VC-01',
    level: 'must',
    text: 'With use-vc the glibc resolver asks over TCP.',
    source: `${installerPage}: use-vc option at resolv.conf; resolv.conf(5), glibc 2.14`,
    needs: ['dns.use-vc-images'],
  },
  {
    id: 'DNS-VC-02',
    level: 'must',
    kind: 'limitation',
    text: 'The musl resolver does not know use-vc and asks over UDP.',
    source: `${installerPage}: a problem also for musl-based containers`,
    needs: ['dns.use-vc-images'],
  },
  {
    id: 'DNS-VC-03',
    level: 'must',
    text: 'With use-vc the resolver of Go 1.13 and later asks over TCP.',
    source: `${installerPage}: Go version 1.12 or earlier does not consider use-vc; Go 1.13 release notes`,
    needs: ['dns.use-vc-images'],
  },
] as const satisfies readonly Requirement[];
