/**
 * What the security group of a policy should hold, in the words of Neutron.
 */
import { type Claim, claim, type NeutronSecurityGroup, podPort } from '#helpers';

/** Claims that a group admits some addresses at the port of pods, and nobody without an address. */
export function admitsExactly(
  addresses: readonly string[],
): Claim<NeutronSecurityGroup | undefined> {
  const wanted = addresses.toSorted();
  return claim(
    `admits ${wanted.join(', ')} at port ${podPort} over TCP, and nobody without an address`,
    (group) => {
      const ingress = (group?.security_group_rules ?? []).filter(
        ({ direction }) => direction === 'ingress',
      );
      const admitted = ingress
        .filter(({ protocol, port_range_min }) => protocol === 'tcp' && port_range_min === podPort)
        // Kuryr writes the address alone, Neutron makes a prefix of it.
        .map(({ remote_ip_prefix }) => (remote_ip_prefix ?? 'everybody').replace(/\/32$/, ''));
      return (
        [...new Set(admitted)].toSorted().join() === wanted.join() &&
        ingress.every(({ remote_ip_prefix }) => remote_ip_prefix !== undefined)
      );
    },
  );
}
