/**
 * The files by which containers resolve names: resolv.conf by the pod's DNS policy, and hosts.
 */
import type { Pod } from '../objects.ts';

/** The names of a cluster. */
export interface ClusterDns {
  readonly clusterIp: string;
  readonly domain: string;
  readonly nodeResolvers: readonly string[];
}

interface Settings {
  readonly nameservers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly { readonly name: string; readonly value?: string }[];
}

function settingsOf({ metadata, spec }: Pod, dns: ClusterDns): Settings {
  const { dnsPolicy = 'ClusterFirst', hostNetwork } = spec;
  const isClusters =
    dnsPolicy === 'ClusterFirstWithHostNet' ||
    (dnsPolicy === 'ClusterFirst' && hostNetwork !== true);
  if (isClusters) {
    const { domain } = dns;
    return {
      nameservers: [dns.clusterIp],
      searches: [`${metadata.namespace ?? ''}.svc.${domain}`, `svc.${domain}`, domain],
      options: [{ name: 'ndots', value: '5' }],
    };
  }
  const nameservers = dnsPolicy === 'None' ? [] : dns.nodeResolvers;
  return { nameservers, searches: [], options: [] };
}

/** The text of resolv.conf of a pod. */
export function resolvConfOf(pod: Pod, dns: ClusterDns): string {
  const base = settingsOf(pod, dns);
  const { nameservers = [], searches = [], options = [] } = pod.spec.dnsConfig ?? {};
  const servers = [...new Set([...base.nameservers, ...nameservers])].slice(0, 3);
  const domains = [...new Set([...base.searches, ...searches])];
  const merged = new Map<string, string | undefined>();
  for (const { name, value } of base.options) merged.set(name, value);
  for (const { name = '', value } of options) merged.set(name, value);
  const words = [...merged].map(([name, value]) =>
    value === undefined || value === '' ? name : `${name}:${value}`,
  );
  return [
    ...(domains.length === 0 ? [] : [`search ${domains.join(' ')}`]),
    ...servers.map((server) => `nameserver ${server}`),
    ...(words.length === 0 ? [] : [`options ${words.join(' ')}`]),
    '',
  ].join('\n');
}

/** The host name that a pod's containers see. */
export function hostnameOf({ metadata, spec }: Pod): string {
  if (spec.hostNetwork === true) return spec.nodeName ?? '';
  return spec.hostname ?? metadata.name.slice(0, 63).replace(/[-.]+$/, '');
}

/** The text of the hosts file of a pod. */
export function hostsOf(pod: Pod, { domain }: ClusterDns): string {
  const hostname = hostnameOf(pod);
  const { subdomain, hostAliases = [] } = pod.spec;
  const full =
    subdomain === undefined
      ? hostname
      : `${hostname}.${subdomain}.${pod.metadata.namespace ?? ''}.svc.${domain}\t${hostname}`;
  return [
    '# Kubernetes-managed hosts file.',
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    ...(pod.status?.podIPs ?? []).map(({ ip }) => `${ip}\t${full}`),
    ...hostAliases.map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join('\t')}`),
    '',
  ].join('\n');
}
