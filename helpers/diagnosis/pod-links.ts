/**
 * The links from a namespace to the ports of its pods: network, pod, port, subport, router.
 */
import type { V1Pod } from '@kubernetes/client-node';
import type { NeutronPort } from '../cloud/neutron-forms.ts';
import type { Profile } from '#env';
import { isUp } from '../cluster/descriptions.ts';
import type { VifView } from '../cluster/kuryr-views.ts';
import { type Checks, type Finding, found, told } from './finding.ts';
import type { NamespacePicture, PicturedPod, Picture } from './picture.ts';

/** What is wrong on the way from the namespaces to the ports of their pods. */
export function brokenPodLinks(picture: Picture): Finding[] {
  return picture.namespaces.flatMap((namespace) => [
    ...networkFindings(picture, namespace),
    ...namespace.pods
      .filter(({ pod }) => pod.spec?.hostNetwork !== true)
      .flatMap((place) => {
        const pod = `${namespace.name}/${place.pod.metadata?.name ?? ''}`;
        return podFindings(picture, namespace, place).map((finding) => ({ ...finding, pod }));
      }),
  ]);
}

function networkFindings({ profile }: Picture, namespace: NamespacePicture): Finding[] {
  const { name, networks, subnets, record, ports } = namespace;
  const [network] = networks;
  const [subnet] = subnets;
  if (network === undefined || subnet === undefined) return missingNetwork(profile, namespace);
  const { resourceTag: tag } = profile.layout;
  const { networkId = network.id, subnetCidr = subnet.cidr } = record ?? {};
  const checks: Checks = [
    [networks.length > 1, `it has ${networks.length} networks instead of one`],
    [subnets.length > 1, `its network has ${subnets.length} subnets instead of one`],
    [!network.tags.includes(tag), `network ${network.id} lacks the tag "${tag}" of Kuryr`],
    [!subnet.tags.includes(tag), `subnet ${subnet.id} lacks the tag "${tag}" of Kuryr`],
    [networkId !== network.id, `KuryrNetwork names network ${networkId}, it has ${network.id}`],
    [subnetCidr !== subnet.cidr, `KuryrNetwork says ${subnetCidr}, its subnet is ${subnet.cidr}`],
  ];
  const hasInterface = ports.some(({ device_owner }) => /^network:.*router/.test(device_owner));
  return [
    ...told(checks, (text) => found('namespace network', `Namespace ${name}: ${text}`)),
    ...told([[!hasInterface, 'no router has an interface on its network']], (text) =>
      found('router', `Namespace ${name}: ${text}`),
    ),
  ];
}

/** It comes with the first pod at the latest, where each namespace has one of its own. */
function missingNetwork(
  { claims }: Profile,
  { name, networks, pods }: NamespacePicture,
): Finding[] {
  const isWanted = pods.some(({ pod }) => pod.spec?.hostNetwork !== true && !hasEnded(pod));
  if (!isWanted || !claims.includes('namespaces.own-subnet')) return [];
  const what = networks.length === 0 ? 'no network' : 'a network without a subnet';
  return [found('namespace network', `Namespace ${name} has pods, and ${what}`)];
}

function podFindings(
  picture: Picture,
  namespace: NamespacePicture,
  { pod, record }: PicturedPod,
): Finding[] {
  const name = `Pod ${namespace.name}/${pod.metadata?.name ?? ''}`;
  if (record === undefined) return hasEnded(pod) ? [] : [found('pod', `${name} has no KuryrPort`)];
  const { vif } = record;
  if (vif === undefined) return [found('port', `${name}: its KuryrPort names no Neutron port`)];
  const port = namespace.ports.find(({ id }) => id === vif.portId);
  if (port === undefined) {
    return namespace.networks.length === 0
      ? []
      : [
          found(
            'port',
            `${name}: Neutron has no port ${vif.portId} in the network of the namespace`,
          ),
        ];
  }
  const wrong = [
    ...portFindings(picture, namespace, { name, port, vif }),
    ...subportFindings(picture, { name, port, vif }),
  ];
  // That it is not ready follows from what is wrong with its port.
  return wrong.length > 0 || isWell(pod)
    ? wrong
    : [found('pod', `${name} has its port and is not ready`)];
}

/** One that has ended need not be ready, nor one whose gate a scenario keeps shut. */
function isWell(pod: V1Pod): boolean {
  return isUp(pod) || hasEnded(pod);
}

function hasEnded({ status }: V1Pod): boolean {
  return ['Succeeded', 'Failed'].includes(status?.phase ?? '');
}

interface Wired {
  readonly name: string;
  readonly port: NeutronPort;
  readonly vif: VifView;
}

function portFindings(
  { profile }: Picture,
  { networks, subnets, ports }: NamespacePicture,
  { name, port, vif }: Wired,
): Finding[] {
  const addresses = port.fixed_ips.map(({ ip_address }) => ip_address);
  const twin = ports.find(
    (other) =>
      other.id !== port.id &&
      other.network_id === port.network_id &&
      other.fixed_ips.some(({ ip_address }) => addresses.includes(ip_address)),
  );
  const networkMtu = networks.find(({ id }) => id === port.network_id)?.mtu;
  const { mtu = networkMtu, macAddress = port.mac_address } = vif;
  const isHome = port.fixed_ips.every(({ subnet_id }) =>
    subnets.some(({ id }) => id === subnet_id),
  );
  const { resourceTag: tag } = profile.layout;
  const [own, noted] = [addresses.join(), vif.addresses.join()];
  const checks: Checks = [
    [port.status !== 'ACTIVE', `is ${port.status} instead of ACTIVE`],
    [!port.admin_state_up, 'is administratively down'],
    [!port.tags.includes(tag), `lacks the tag "${tag}" of Kuryr`],
    [!isHome, 'is in no subnet of the namespace'],
    [twin !== undefined, `shares its address with port ${twin?.id ?? ''}`],
    [own !== noted, `has ${own}, KuryrPort says ${noted}`],
    [macAddress !== port.mac_address, `has ${port.mac_address}, KuryrPort says ${macAddress}`],
    [
      mtu !== networkMtu,
      `is in a network with an MTU of ${networkMtu ?? 0}, KuryrPort says ${mtu ?? 0}`,
    ],
  ];
  return told(checks, (text) => found('port', `${name}: its port ${port.id} ${text}`));
}

const vlanIds = { lowest: 1, highest: 4094 } as const;

function subportFindings({ profile, trunks }: Picture, { name, port, vif }: Wired): Finding[] {
  if (profile.podMode !== 'nested-vlan') return [];
  const say = (text: string): Finding => found('subport', `${name}: its port ${port.id} ${text}`);
  const places = trunks.flatMap((trunk) =>
    trunk.sub_ports
      .filter(({ port_id }) => port_id === port.id)
      .map(({ segmentation_id }) => ({ trunk, vlan: segmentation_id })),
  );
  const [place] = places;
  if (place === undefined) return [say('is a subport of no trunk')];
  const { trunk, vlan } = place;
  const sharing = trunk.sub_ports.filter(({ segmentation_id }) => segmentation_id === vlan);
  const owner = port.device_owner;
  const checks: Checks = [
    [owner !== 'trunk:subport', `is owned by "${owner}" instead of "trunk:subport"`],
    [places.length > 1, `is a subport of ${places.length} trunks`],
    [trunk.status !== 'ACTIVE', `is on a trunk that is ${trunk.status}`],
    [vlan < vlanIds.lowest || vlan > vlanIds.highest, `has VLAN ${vlan}, which is none`],
    [
      sharing.length > 1,
      `shares VLAN ${vlan} with ${sharing.length - 1} other subport(s) of its trunk`,
    ],
    [vif.vlanId !== vlan, `has VLAN ${vlan} on its trunk, KuryrPort says ${vif.vlanId ?? 'none'}`],
  ];
  return told(checks, say);
}
