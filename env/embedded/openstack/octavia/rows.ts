/**
 * The rows of Octavia in the field names of its API; what the API computes from other rows is not kept.
 */
import type { ListenerRow, LoadBalancerRow, MemberRow, PoolRow } from '../../seams.ts';

/** A provisioning status. */
export type Provisioning =
  'ACTIVE' | 'ERROR' | 'PENDING_CREATE' | 'PENDING_UPDATE' | 'PENDING_DELETE' | 'DELETED';

/** An operating status. */
export type Operating = 'ONLINE' | 'OFFLINE' | 'ERROR' | 'NO_MONITOR' | 'DEGRADED' | 'DRAINING';

/** What every object of Octavia has. */
export interface Common {
  readonly id: string;
  readonly project_id: string;
  readonly name: string;
  readonly description: string;
  readonly provisioning_status: Provisioning;
  readonly operating_status: Operating;
  readonly admin_state_up: boolean;
  readonly created_at: string;
  readonly updated_at: string | null;
  readonly tags: readonly string[];
}

export interface LoadBalancer extends Common, Omit<LoadBalancerRow, 'name' | keyof Common> {
  readonly flavor_id: string | null;
  readonly availability_zone: string | null;
  /** False when the VIP port was given by the user and outlives the load balancer. */
  readonly ownsVipPort: boolean;
}

export interface Listener extends Common, Omit<ListenerRow, keyof Common> {
  readonly connection_limit: number;
  readonly timeout_client_data: number;
  readonly timeout_member_connect: number;
  readonly timeout_member_data: number;
  readonly timeout_tcp_inspect: number;
  readonly insert_headers: Readonly<Record<string, string>>;
}

export interface SessionPersistence {
  readonly type: string;
  readonly cookie_name: string | null;
  readonly persistence_timeout: number | null;
  readonly persistence_granularity: string | null;
}

export interface Pool extends Common, Omit<PoolRow, 'session_persistence' | keyof Common> {
  readonly session_persistence: SessionPersistence | null;
}

export interface Member extends Common, Omit<MemberRow, keyof Common> {
  readonly backup: boolean;
  readonly monitor_address: string | null;
  readonly monitor_port: number | null;
}

export interface HealthMonitor extends Common {
  readonly pool_id: string;
  readonly type: string;
  readonly delay: number;
  readonly timeout: number;
  readonly max_retries: number;
  readonly max_retries_down: number;
  readonly http_method: string | null;
  readonly url_path: string | null;
  readonly expected_codes: string | null;
}

export interface L7Policy extends Common {
  readonly listener_id: string;
  readonly action: string;
  readonly position: number;
  readonly redirect_pool_id: string | null;
  readonly redirect_url: string | null;
}

export interface L7Rule extends Common {
  readonly l7policy_id: string;
  readonly type: string;
  readonly compare_type: string;
  readonly key: string | null;
  readonly value: string;
  readonly invert: boolean;
}

export interface Amphora {
  readonly id: string;
  readonly loadbalancer_id: string;
  readonly compute_id: string;
  readonly lb_network_ip: string;
  readonly vrrp_ip: string;
  readonly ha_ip: string;
  readonly vrrp_port_id: string;
  readonly ha_port_id: string;
  readonly cert_expiration: string;
  readonly cert_busy: boolean;
  readonly role: 'STANDALONE' | 'MASTER' | 'BACKUP';
  readonly status: 'BOOTING' | 'ALLOCATED' | 'ERROR' | 'PENDING_DELETE';
  readonly vrrp_interface: string | null;
  readonly vrrp_id: number;
  readonly vrrp_priority: number | null;
  readonly cached_zone: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly image_id: string;
  readonly compute_flavor: string;
}
