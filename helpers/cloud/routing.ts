/**
 * The router behind a subnet: who it is, and by which address it shows the subnet to the world outside.
 */
import { type Reading, reading } from '../reading.ts';
import type { Cloud } from './cloud.ts';

/** A router with an interface on a subnet. */
export interface RouterView {
  readonly id: string;
  readonly name: string;
  /** The addresses of its external gateway. */
  readonly externalAddresses: readonly string[];
  /** Whether it puts its own address in the place of those behind it. */
  readonly hasSnat: boolean;
  /** The addresses of its interfaces on the subnet. */
  readonly interfaces: readonly string[];
}

/** The router that has an interface on a subnet; undefined while there is none. */
export function routerOf(
  cloud: Pick<Cloud, 'neutron'>,
  subnetId: string,
): Reading<RouterView | undefined> {
  return reading(
    `router of subnet ${subnetId}`,
    async (signal) => {
      const ports = await cloud.neutron.ports({ fixed_ips: `subnet_id=${subnetId}` }, signal);
      const own = ports.filter(({ device_owner }) =>
        device_owner.startsWith('network:router_interface'),
      );
      const [router] =
        own[0] === undefined ? [] : await cloud.neutron.routers({ id: own[0].device_id }, signal);
      const gateway = router?.external_gateway_info;
      return router === undefined
        ? undefined
        : {
            id: router.id,
            name: router.name,
            externalAddresses: (gateway?.external_fixed_ips ?? []).map((ip) => ip.ip_address),
            hasSnat: gateway != null && gateway.enable_snat !== false,
            interfaces: own.flatMap(({ fixed_ips }) => fixed_ips.map((ip) => ip.ip_address)).sort(),
          };
    },
    (router) =>
      router === undefined ? 'none' : `${router.name} at ${router.interfaces.join(' ')}`,
  );
}
