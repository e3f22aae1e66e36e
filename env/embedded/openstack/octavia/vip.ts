/**
 * The virtual address of a load balancer: which port of Neutron holds it. Octavia makes one, named and
 * owned as its provider does, unless the user brings one.
 */
import type { Caller } from '../keystone/identities.ts';
import { visible } from '../neutron/plugin.ts';
import { makePort, removePort } from '../neutron/ports.ts';
import type { Network, Subnet } from '../neutron/rows.ts';
import { Cidr, parseAddress } from '../addressing.ts';
import { ApiFault } from '../http/fault.ts';
import type { Engine } from './engine.ts';
import { invalid } from './faults.ts';
import type { LoadBalancer } from './rows.ts';
import { driverOf, marksVipPorts } from './traits.ts';

/** How a request describes the address. */
export interface VipWish {
  readonly vip_address?: string | null | undefined;
  readonly vip_subnet_id?: string | null | undefined;
  readonly vip_network_id?: string | null | undefined;
  readonly vip_port_id?: string | null | undefined;
}

/** The fields of a load balancer that tell of its address. */
export type Vip = Pick<
  LoadBalancer,
  'vip_address' | 'vip_port_id' | 'vip_subnet_id' | 'vip_network_id' | 'ownsVipPort'
>;

/** For whom an address is taken. */
export interface VipOwner {
  readonly balancerId: string;
  readonly projectId: string;
  readonly provider: string;
  readonly caller: Caller;
}

/** Takes an address for a new load balancer. */
export function takeVip(engine: Engine, wish: VipWish, owner: VipOwner): Vip {
  if (typeof wish.vip_port_id === 'string') return vipOfPort(engine, wish, owner);
  const { network, subnet } = placeOf(engine, wish, owner);
  const port = refusedAsVip(() => {
    engine.neutron.quotas.claim('port', owner.projectId);
    return makePort(engine.neutron, {
      network,
      projectId: owner.projectId,
      ...identityOf(engine, owner),
      fixed_ips: [
        {
          subnet_id: subnet.id,
          ...(typeof wish.vip_address === 'string' ? { ip_address: wish.vip_address } : {}),
        },
      ],
    });
  }, owner.provider);
  return {
    vip_address: port.fixed_ips[0]?.ip_address ?? '',
    vip_port_id: port.id,
    vip_subnet_id: subnet.id,
    vip_network_id: network.id,
    ownsVipPort: true,
  };
}

/** Refuses an address that cannot be; Octavia does so before it looks for the provider and the quota. */
export function refuseVip(engine: Engine, wish: VipWish, caller: Caller): void {
  if (typeof wish.vip_port_id !== 'string') placeOf(engine, wish, { caller });
}

/** Octavia passes Neutron's refusal on; the ovn driver wraps it into an error of its own. */
function refusedAsVip<T>(act: () => T, provider = 'amphora'): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof ApiFault)) throw error;
    throw driverOf(provider) === 'ovn'
      ? new ApiFault(500, `Provider '${provider}' reports error: ${error.message}`)
      : new ApiFault(error.status, error.message);
  }
}

function identityOf(engine: Engine, { provider, balancerId }: VipOwner): object {
  if (driverOf(provider) === 'amphora') {
    return {
      name: `octavia-lb-${balancerId}`,
      device_owner: 'Octavia',
      device_id: `lb-${balancerId}`,
      // The address is answered for by the amphora's own port, so the VIP port stays down.
      admin_state_up: false,
    };
  }
  return {
    name: `ovn-lb-vip-${balancerId}`,
    ...(marksVipPorts(engine.traits)
      ? { device_owner: 'ovn-lb:vip', device_id: `lb-${balancerId}` }
      : {}),
  };
}

function vipOfPort({ state }: Engine, wish: VipWish, { caller }: VipOwner): Vip {
  const id = wish.vip_port_id ?? '';
  const port = state.ports.get(id);
  if (port === undefined || !(caller.isAdmin || port.project_id === caller.projectId)) {
    throw new ApiFault(400, `Port ${id} not found.`);
  }
  if (port.device_id !== '')
    throw invalid(`Port ${id} is already used by another device ${port.device_id}.`);
  const fixedIp = port.fixed_ips.find(
    ({ subnet_id, ip_address }) =>
      (wish.vip_subnet_id ?? subnet_id) === subnet_id &&
      (wish.vip_address ?? ip_address) === ip_address,
  );
  if (fixedIp === undefined)
    throw invalid('Specified VIP address not found on the specified VIP port.');
  return {
    vip_address: fixedIp.ip_address,
    vip_port_id: port.id,
    vip_subnet_id: fixedIp.subnet_id,
    vip_network_id: port.network_id,
    ownsVipPort: false,
  };
}

function placeOf(
  engine: Engine,
  wish: VipWish,
  { caller }: Pick<VipOwner, 'caller'>,
): { readonly network: Network; readonly subnet: Subnet } {
  const subnet = subnetOf(engine, wish);
  const network = engine.state.networks.get(subnet.network_id);
  if (network === undefined) throw new ApiFault(400, `Network ${subnet.network_id} not found.`);
  // A stranger's network is not found either.
  refusedAsVip(() => visible(engine.state.networks, { kind: 'network', id: network.id, caller }));
  return { network, subnet };
}

function subnetOf({ state }: Engine, wish: VipWish): Subnet {
  if (typeof wish.vip_subnet_id === 'string') {
    const subnet = state.subnets.get(wish.vip_subnet_id);
    if (subnet === undefined) throw new ApiFault(400, `Subnet ${wish.vip_subnet_id} not found.`);
    return subnet;
  }
  if (typeof wish.vip_network_id !== 'string') {
    throw new ApiFault(
      400,
      'Validation failure: VIP must contain one of: vip_port_id, vip_network_id, vip_subnet_id.',
    );
  }
  const address = parseAddress(wish.vip_address ?? '');
  const candidates = state.subnets
    .all()
    .filter(({ network_id }) => network_id === wish.vip_network_id)
    .filter(({ cidr }) => address === undefined || Cidr.parse(cidr)?.holds(address) === true);
  const chosen = candidates.find(({ ip_version }) => ip_version === 4) ?? candidates[0];
  if (chosen !== undefined) return chosen;
  throw invalid(
    address === undefined
      ? 'Supplied network does not contain a subnet.'
      : 'Supplied network does not contain a subnet for VIP address specified.',
  );
}

/** Gives the address back. */
export function releaseVip({ state, neutron }: Engine, balancer: LoadBalancer): void {
  const port = state.ports.get(balancer.vip_port_id);
  if (port !== undefined && balancer.ownsVipPort) removePort(neutron, port);
}
