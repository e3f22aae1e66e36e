/**
 * The settings of kuryr.conf that change what anybody sees, with Kuryr's own defaults where the embedded
 * stack has no reason for others.
 */
import { compareSeries } from '../../series.ts';
import type { Axes, KuryrRelease } from '../world.ts';
import type { Deviations } from './release.ts';

/** How long Kuryr waits between its repeated looks; real ones take minutes. */
export interface KuryrTimers {
  /** For load balancers that somebody has deleted; 600 s in reality. */
  readonly reconcileMs: number;
  /** For ports and networks that were left behind; 90 s in reality. */
  readonly leftoversMs: number;
  /** For a full list of everything that is watched; 120 s in reality. */
  readonly relistMs: number;
  /** After which a subport that stays DOWN is attached again; 90 s in reality. */
  readonly reattachMs: number;
  /** After which a controller that reports itself dead is restarted, as its probe does within 30 s. */
  readonly restartMs: number;
}

/** Kuryr's configuration. */
export interface KuryrSettings {
  readonly project: string;
  readonly pod_router: string;
  readonly pod_subnet_pool: string;
  /** The one subnet of all pods, with the default subnet driver. */
  readonly pod_subnet: string;
  readonly service_subnet: string;
  readonly pod_security_groups: readonly string[];
  readonly external_svc_net: string;
  readonly external_svc_subnet: string;
  readonly resource_tags: readonly string[];
  readonly network_device_mtu: number;
  readonly lbaas_activation_timeout: number;
  readonly pod_vif_driver: 'nested-vlan' | 'neutron-vif';
  readonly vif_pool_driver: 'noop' | 'neutron' | 'nested';
  readonly pod_subnets_driver: 'default' | 'namespace';
  /** `policy` for both pods and services. */
  readonly security_groups_driver: 'default' | 'policy';
  readonly project_driver: 'default' | 'annotation';
  readonly endpoints_driver_octavia_provider: string;
  readonly enabled_handlers: readonly string[];
  readonly use_events: boolean;
  readonly port_debug: boolean;
  readonly member_mode: 'L2' | 'L3';
  readonly enforce_sg_rules: boolean;
  readonly lb_algorithm: string;
  readonly sg_mode: 'create' | 'update';
  readonly timeout_client_data: number;
  readonly timeout_member_data: number;
  readonly ports_pool_max: number;
  readonly ports_pool_min: number;
  readonly ports_pool_batch: number;
  readonly ports_pool_update_frequency: number;
  readonly worker_nodes_subnets: readonly string[];
  readonly link_iface: string;
  readonly vif_annotation_timeout: number;
  readonly timers: KuryrTimers;
  /** Deviations of the release that are to be otherwise. */
  readonly deviations: Partial<Deviations>;
}

/** What has no default. */
export type KuryrPlacement = Pick<
  KuryrSettings,
  | 'project'
  | 'pod_router'
  | 'pod_subnet_pool'
  | 'pod_subnet'
  | 'service_subnet'
  | 'pod_security_groups'
  | 'external_svc_net'
  | 'external_svc_subnet'
  | 'resource_tags'
  | 'worker_nodes_subnets'
>;

/** The handlers that each release line offers under the names of its setup.cfg. */
export function handlersOf(axes: Pick<Axes, 'kuryr'>): readonly string[] {
  return oldHandlers[axes.kuryr] ?? newHandlers;
}

const stein = ['vif', 'lbaasspec', 'lb', 'namespace', 'policy', 'pod_label', 'kuryrnetpolicy'];

const oldHandlers: Partial<Record<KuryrRelease, readonly string[]>> = {
  '0.4': ['vif', 'lbaasspec', 'lb'],
  '0.5': ['vif', 'lbaasspec', 'lb', 'namespace'],
  '1.0': stein,
  '1.1': [...stein, 'kuryrnet'],
  '2.0': [...stein, 'kuryrnetwork'],
};

/** From Victoria on, without what only pools and Machines need. */
const newHandlers: readonly string[] = [
  ...['vif', 'endpoints', 'service', 'kuryrloadbalancer', 'namespace', 'pod_label'],
  ...['policy', 'kuryrnetworkpolicy', 'kuryrnetwork', 'kuryrport'],
];

/** Settings as DevStack's samples have them for the axes of a stack, with port pools off. */
export function settingsFor(axes: Axes, placement: KuryrPlacement): KuryrSettings {
  const isOvn = axes.octavia === 'ovn';
  const handlers = handlersOf(axes);
  return {
    ...placement,
    network_device_mtu: 0,
    lbaas_activation_timeout: 300,
    pod_vif_driver: axes.podMode,
    vif_pool_driver: 'noop',
    pod_subnets_driver: handlers.includes('namespace') ? 'namespace' : 'default',
    security_groups_driver: handlers.includes('policy') ? 'policy' : 'default',
    project_driver: 'default',
    endpoints_driver_octavia_provider: isOvn ? 'ovn' : 'default',
    enabled_handlers: handlers,
    use_events: true,
    port_debug: true,
    member_mode: isOvn ? 'L2' : 'L3',
    enforce_sg_rules: !isOvn,
    // Octavia's API has SOURCE_IP_PORT since Train.
    lb_algorithm:
      isOvn && compareSeries(axes.series, 'train') >= 0 ? 'SOURCE_IP_PORT' : 'ROUND_ROBIN',
    // Octavia's own group at the VIP is not Kuryr's to change: its user is no administrator.
    sg_mode: 'create',
    timeout_client_data: 0,
    timeout_member_data: 0,
    ports_pool_max: 0,
    ports_pool_min: 5,
    ports_pool_batch: 10,
    ports_pool_update_frequency: 20,
    link_iface: '',
    vif_annotation_timeout: 60,
    timers: {
      reconcileMs: 3_000,
      leftoversMs: 5_000,
      relistMs: 120_000,
      reattachMs: 5_000,
      restartMs: 2_000,
    },
    deviations: {},
  };
}
