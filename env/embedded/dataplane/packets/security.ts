/**
 * What a Neutron port lets in and out: anti-spoofing, and the rules of its security groups. Connections
 * are tracked elsewhere; here only their first packet is judged.
 */
import type { PortRow, SecurityGroupRuleRow } from '../../seams.ts';
import type { Axes } from '../../world.ts';
import { contains, familyOf } from './addresses.ts';
import type { CloudTables } from './cloud-index.ts';
import type { Packet, Walk } from './packet.ts';

type Direction = SecurityGroupRuleRow['direction'];

const protocolNumbers = { tcp: '6', udp: '17' } as const;

/** Says why a port refuses the sender's addresses; undefined when they are its own. */
export function spoofingOf(port: PortRow, { packet, origin }: Walk): string | undefined {
  const isOwn = port.fixed_ips.some(({ ip_address }) => ip_address === packet.source);
  if (isOwn && isSameMac(origin.mac, port.mac_address)) return undefined;
  const isAllowed = port.allowed_address_pairs.some(
    ({ ip_address, mac_address }) =>
      contains(ip_address, packet.source) && isSameMac(origin.mac, mac_address ?? port.mac_address),
  );
  if (isAllowed) return undefined;
  const own = port.fixed_ips.map(({ ip_address }) => ip_address).join(', ');
  return `anti-spoofing refuses ${packet.source} from ${origin.mac}, the port has ${own} and ${port.mac_address}`;
}

/** Says why no filter applies to a port; undefined when its groups are enforced. */
export function whyUnfiltered(
  tables: CloudTables,
  port: PortRow,
  firewall: Axes['firewall'],
): string | undefined {
  if (!port.port_security_enabled) return 'port security is off';
  if (port.device_owner.startsWith('network:')) return 'ports of the network itself are trusted';
  // The hybrid plug filters on the tap of the parent port, where frames still carry VLAN tags.
  return firewall === 'iptables_hybrid' && tables.trunkOfSubport.has(port.id)
    ? 'the hybrid firewall does not look into trunks'
    : undefined;
}

/** Finds the rule of the port's groups that lets the packet pass. */
export function admittingRule(
  tables: CloudTables,
  port: PortRow,
  { packet, direction }: { readonly packet: Packet; readonly direction: Direction },
): SecurityGroupRuleRow | undefined {
  const remote = direction === 'ingress' ? packet.source : packet.destination;
  const ethertype = familyOf(remote) === 4 ? 'IPv4' : 'IPv6';
  for (const group of port.security_groups) {
    for (const rule of tables.rulesOfGroup.get(group) ?? []) {
      const fits =
        rule.direction === direction &&
        rule.ethertype === ethertype &&
        fitsProtocol(rule, packet) &&
        fitsRemote(tables, rule, remote);
      if (fits) return rule;
    }
  }
  return undefined;
}

/** A rule in words. */
export function describeRule(rule: SecurityGroupRuleRow): string {
  const { port_range_min: from, port_range_max: to } = rule;
  const ports = from === null ? '' : ` ${from}${to === null || to === from ? '' : `-${to}`}`;
  const remote = rule.remote_ip_prefix ?? rule.remote_group_id ?? 'anybody';
  return `rule ${rule.id} of group ${rule.security_group_id} (${rule.direction} ${rule.protocol ?? 'any protocol'}${ports}, ${remote})`;
}

function fitsProtocol(rule: SecurityGroupRuleRow, packet: Packet): boolean {
  const { protocol, port_range_min: from, port_range_max: to } = rule;
  if (protocol === null || protocol === 'any' || protocol === '0') return true;
  const name = protocol.toLowerCase();
  if (name !== packet.protocol && name !== protocolNumbers[packet.protocol]) return false;
  return (
    from === null || (packet.destinationPort >= from && packet.destinationPort <= (to ?? from))
  );
}

function fitsRemote(tables: CloudTables, rule: SecurityGroupRuleRow, remote: string): boolean {
  if (rule.remote_ip_prefix !== null) return contains(rule.remote_ip_prefix, remote);
  if (rule.remote_group_id === null) return true;
  return (tables.portsOfGroup.get(rule.remote_group_id) ?? []).some(
    (port) =>
      port.fixed_ips.some(({ ip_address }) => ip_address === remote) ||
      port.allowed_address_pairs.some(({ ip_address }) => contains(ip_address, remote)),
  );
}

function isSameMac(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
