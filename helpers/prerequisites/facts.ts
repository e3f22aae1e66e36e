/**
 * What is known of a cloud and a cluster when prerequisites are judged: data only, so that judging needs
 * no stack.
 */
import type { Profile } from '#env';
import type { Quota } from '../cloud/neutron.ts';
import type { ApiVersion } from '../cloud/octavia.ts';

/** How the port of a node is plugged in on its host. */
export interface NodePlug {
  readonly port: string;
  readonly host: string;
  /** Whether a bridge with iptables stands between port and switch; undefined where Neutron does not say. */
  readonly isHybrid: boolean | undefined;
}

/** The answers to all questions that a prerequisite may ask. */
export interface PlatformFacts {
  /** Whose quotas count: the project of what Kuryr has made, else that of the credentials. */
  readonly project: string;
  /** What the catalogue lists, of Neutron and Octavia. */
  readonly endpoints: { readonly network: boolean; readonly loadBalancer: boolean };
  /** The aliases of Neutron's extensions. */
  readonly extensions: readonly string[];
  readonly octaviaApi: ApiVersion;
  /** Undefined on an Octavia that cannot list them. */
  readonly providers: readonly string[] | undefined;
  readonly nodePlugs: readonly NodePlug[];
  readonly neutronQuotas: Readonly<Record<string, Quota>>;
  readonly octaviaQuotas: Readonly<Record<string, number>>;
  readonly novaQuotas: Readonly<Record<string, Quota>>;
  readonly cinderQuotas: Readonly<Record<string, Quota>>;
  /** The Services that get a load balancer, without those of runs; undefined before there is a cluster. */
  readonly services: ServiceCounts | undefined;
  /** The room for amphorae; undefined where nobody tells it. */
  readonly capacity: Capacity | undefined;
}

/** How many Services get a load balancer. */
export interface ServiceCounts {
  readonly tcp: number;
  readonly udp: number;
  /** Those of type LoadBalancer. */
  readonly external: number;
}

/** The room for amphorae. */
export interface Capacity {
  readonly hypervisors: number;
  readonly freeRamMb: number;
  /** How many there are already. */
  readonly amphorae: number;
}

/** A question about a platform. */
export type Question = keyof PlatformFacts;

/** An answer, or why there is none. */
export type Fact<T> = { readonly value: T } | { readonly unknown: string };

/** What has been asked so far. */
export type KnownFacts = { readonly [Q in Question]?: Fact<PlatformFacts[Q]> };

/** What the profile says about the stack, as far as prerequisites depend on it. */
export type Setting = Pick<Profile, 'quotas' | 'claims' | 'octavia' | 'podMode'>;
