/**
 * Packets case by case: each starts from a site where everything is open, changes something, and says what
 * becomes of a packet.
 */
import type { Axes } from '../../world.ts';
import { TestSite } from './site.ts';

/** Pod a and pod b on one network, pod far on another one, and a machine outside. */
export const addresses = {
  ...{ a: '10.20.0.10', b: '10.20.0.11', far: '10.20.1.20' },
  ...{ vip: '10.79.0.5', floating: '172.24.4.150', outside: '172.24.4.20' },
} as const;

/** One packet, what is changed before it is sent, and what is said of it. */
export interface PacketCase {
  readonly what: string;
  readonly from?: string;
  readonly to: string;
  readonly port?: number;
  readonly protocol?: 'tcp' | 'udp';
  readonly axes?: Partial<Axes>;
  readonly change?: (site: TestSite) => void;
  /** Words of the decision and its reasons. */
  readonly says: string | RegExp;
}

/** A rule for the way out, to be completed. */
export const egress = { direction: 'egress' } as const;

/** Makes the site of a case. */
export function siteWith(change: (site: TestSite) => void, axes: Partial<Axes> = {}): TestSite {
  const site = new TestSite(axes);
  site.pod('a', addresses.a);
  site.pod('b', addresses.b, { node: 'n2' });
  site.pod('far', addresses.far, { node: 'n2' });
  change(site);
  site.cloud.changed();
  return site;
}

/** Puts a pod into one security group. */
export function inGroup(name: string, group: string) {
  return (site: TestSite): void => {
    site.cloud.row('ports', `port-${name}`).security_groups = [group];
  };
}

/** What becomes of the packet of a case, in words. */
export function told({ from = 'a', to, port = 8080, ...rest }: PacketCase): string {
  const { protocol = 'tcp', axes, change = () => undefined } = rest;
  const site = siteWith(change, axes);
  return site.plane.explain(site.netns(from), { protocol, destination: to, destinationPort: port });
}
