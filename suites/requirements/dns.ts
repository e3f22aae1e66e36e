/**
 * Requirements on name resolution: what pods are told of the cluster DNS, which resolvers honour
 * `use-vc`, and what becomes of answers that are too large for a datagram.
 */
import type { Requirement } from '#helpers';
import { installerPage } from './sources.ts';

const muslNotes = 'release notes of musl 1.2.4: TCP after a truncated answer';
const operator =
  'openshift/cluster-network-operator, release-4.3 to 4.10, pkg/network/kuryr.go: kuryr-dns-admission-controller while Octavia is older than 2.13';

/** Requirements of the area "dns". */
export const dnsRequirements = [
  {
    id: 'DNS-SVC-01',
    level: 'must',
    text: 'The name of a Service resolves to its cluster IP in a pod, through the cluster DNS.',
    source: 'Kubernetes, DNS for Services and Pods: A records of Services',
    needs: ['dns.cluster'],
  },
  {
    id: 'DNS-SVC-02',
    level: 'must',
    text: 'The cluster DNS answers a pod over UDP.',
    source: `${installerPage}: UDP services need OpenStack Train; Kubernetes DNS specification 1.1`,
    needs: ['dns.cluster', 'services.udp', 'dns.untouched'],
  },
  {
    id: 'DNS-SVC-03',
    level: 'must',
    text: 'The cluster DNS answers a pod over TCP.',
    source: `${installerPage}: forces DNS resolution over TCP; RFC 7766, section 5`,
    needs: ['dns.cluster'],
  },
  {
    id: 'DNS-CONF-01',
    level: 'must',
    text: 'The resolv.conf of a pod names the cluster DNS and does not force its resolver to TCP.',
    source: `${installerPage}: use-vc is added only where OpenStack is too old; kuryr-kubernetes has no code for it in any release`,
    needs: ['dns.cluster', 'dns.untouched'],
  },
  {
    id: 'DNS-CONF-02',
    level: 'must',
    text: 'Where a Service cannot have two protocols on one port, OpenShift 4.2 to 4.10 puts use-vc into the resolv.conf of every new pod.',
    source: `${installerPage}: use-vc option at resolv.conf; ${operator}`,
    needs: ['dns.cluster', 'dns.forced-tcp'],
  },
  {
    id: 'DNS-UDP-01',
    level: 'must',
    text: 'Without use-vc the glibc, musl and Go resolvers and c-ares get their answers from a Service over UDP.',
    source: `${installerPage}: TCP is forced only where OpenStack is older than Train`,
    needs: ['services.mixed-protocol', 'dns.use-vc-images', 'dns.untouched'],
  },
  {
    id: 'DNS-VC-01',
    level: 'must',
    text: 'With use-vc the glibc resolver asks over TCP.',
    source: `${installerPage}: use-vc option at resolv.conf; resolv.conf(5), glibc 2.14`,
    needs: ['services.mixed-protocol', 'dns.use-vc-images'],
  },
  {
    id: 'DNS-VC-02',
    level: 'must',
    kind: 'limitation',
    text: 'The musl resolver does not know use-vc and asks over UDP.',
    source: `${installerPage}: a problem also for musl-based containers`,
    needs: ['services.mixed-protocol', 'dns.use-vc-images'],
  },
  {
    id: 'DNS-VC-03',
    level: 'must',
    text: 'With use-vc the resolver of Go 1.13 and later asks over TCP.',
    source: `${installerPage}: Go version 1.12 or earlier does not consider use-vc; Go 1.13 release notes`,
    needs: ['services.mixed-protocol', 'dns.use-vc-images'],
  },
  {
    id: 'DNS-VC-04',
    level: 'must',
    text: 'With use-vc c-ares, the resolver of dns.resolve in Node, asks over TCP.',
    source: 'c-ares 1.20, src/lib/ares_sysconfig_files.c: use-vc sets ARES_FLAG_USEVC',
    needs: ['services.mixed-protocol', 'dns.use-vc-images'],
  },
  {
    id: 'DNS-VC-05',
    level: 'must',
    kind: 'limitation',
    text: 'The resolver of Go 1.12 and earlier does not know use-vc and asks over UDP.',
    source: `${installerPage}: Go version 1.12 or earlier does not consider use-vc; golang/go issue 29358`,
    needs: ['services.mixed-protocol', 'dns.resolver-go-old'],
  },
  {
    id: 'DNS-TCP-01',
    level: 'must',
    text: 'Behind a DNS Service that has TCP alone the glibc and Go resolvers get answers with use-vc.',
    source: `${installerPage}: forces DNS resolution over TCP where UDP services are missing`,
    needs: ['services.tcp', 'dns.use-vc-images'],
  },
  {
    id: 'DNS-TCP-02',
    level: 'must',
    kind: 'limitation',
    text: 'Behind a DNS Service that has TCP alone the musl resolver gets no answer, whatever resolv.conf says.',
    source: `${installerPage}: a problem also for musl-based containers`,
    needs: ['services.tcp', 'dns.use-vc-images'],
  },
  {
    id: 'DNS-TCP-03',
    level: 'must',
    kind: 'limitation',
    text: 'Behind a DNS Service that has TCP alone the resolver of Go 1.12 and earlier gets no answer.',
    source: `${installerPage}: Go version 1.12 or earlier does not consider use-vc`,
    needs: ['services.tcp', 'dns.resolver-go-old'],
  },
  {
    id: 'DNS-BIG-01',
    level: 'must',
    text: 'An answer that is too large for a plain datagram arrives whole through a Service: over UDP with EDNS, over TCP, and at the glibc and Go resolvers and c-ares.',
    source: 'RFC 6891, section 6.2.5; RFC 7766, section 5',
    needs: ['services.mixed-protocol', 'dns.use-vc-images', 'dns.untouched'],
  },
  {
    id: 'DNS-TRUNC-01',
    level: 'must',
    text: 'After a truncated answer over UDP the glibc and Go resolvers and c-ares ask the Service again over TCP.',
    source: 'RFC 2181, section 9; RFC 7766, section 5',
    needs: ['services.mixed-protocol', 'dns.use-vc-images', 'dns.untouched'],
  },
  {
    id: 'DNS-TRUNC-02',
    level: 'must',
    kind: 'limitation',
    text: 'The resolver of musl before 1.2.4 gets no answer where answers over UDP are truncated.',
    source: muslNotes,
    needs: ['services.mixed-protocol', 'dns.resolver-musl-old'],
  },
  {
    id: 'DNS-TRUNC-03',
    level: 'must',
    text: 'After a truncated answer over UDP the resolver of musl 1.2.4 and later asks the Service again over TCP.',
    source: muslNotes,
    needs: ['services.mixed-protocol', 'dns.resolver-musl-new'],
  },
] as const satisfies readonly Requirement[];
