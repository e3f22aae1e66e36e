/**
 * Whether a listener lets a client in at all: Kuryr writes the addresses that policies admit into the
 * listeners of providers that hide clients from the pods.
 */
import { BlockList, isIPv6 } from 'node:net';
import type { Picture } from './picture.ts';

/** Tells whether the listener at an address and port of a Service has a list on which a pod is missing. */
export function isRefused(
  { namespaces }: Picture,
  at: { readonly address: string; readonly port: number },
  client: string | undefined,
): boolean {
  const pods = namespaces.flatMap(({ name, pods: own }) =>
    own.map(({ pod }) => ({ name: `${name}/${pod.metadata?.name ?? ''}`, ip: pod.status?.podIP })),
  );
  const ip = pods.find(({ name }) => name === client)?.ip;
  if (ip === undefined) return false;
  return namespaces.some(({ services }) =>
    services
      .filter(({ service }) => service.spec?.clusterIP === at.address)
      .flatMap(({ listeners }) => listeners)
      .filter((listener) => listener.protocol_port === at.port)
      .some(({ allowed_cidrs: allowed }) => (allowed ?? []).length > 0 && !isIn(allowed ?? [], ip)),
  );
}

function isIn(blocks: readonly string[], ip: string): boolean {
  const list = new BlockList();
  for (const block of blocks) {
    const [network = '', length = ''] = block.split('/');
    list.addSubnet(network, Number(length), isIPv6(network) ? 'ipv6' : 'ipv4');
  }
  return list.check(ip, isIPv6(ip) ? 'ipv6' : 'ipv4');
}
