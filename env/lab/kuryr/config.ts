/**
 * Kuryr's configuration, with the values that its own DevStack samples set for OVN, nested or bare pods,
 * one subnet per namespace, policies and port pools.
 */
import { addresses, nodeNic } from '../base/layout.ts';
import { type Ini, renderIni } from '../base/files.ts';
import { type CloudSecrets, keystoneUrl } from '../cloud/config.ts';
import type { TenantFacts } from '../cloud/tenant.ts';
import { apiServerUrl } from '../cluster/control-plane.ts';
import { type PodMode, vifDrivers } from '../pod-mode.ts';
import { kuryrMount } from './programs.ts';

/** The tag that Kuryr puts on what it makes, and by which it finds the nodes' parent ports. */
export const resourceTag = 'kuryr-lab';

/** Folder of Kuryr's configuration, token and certificate in a machine. */
export const kuryrFolder = '/etc/kuryr';

const handlers = [
  'vif',
  'endpoints',
  'service',
  'kuryrloadbalancer',
  'namespace',
  'pod_label',
  'policy',
  'kuryrnetworkpolicy',
  'kuryrnetwork',
  'kuryrport',
  'kuryrnetwork_population',
];

const poolDrivers = { nested: 'nested', bare: 'neutron' } as const satisfies Record<
  PodMode,
  string
>;

function common(apiRoot: string, podMode: PodMode): Ini {
  return {
    DEFAULT: {
      debug: true,
      // Every look at a lock would be a line: more than half of the log, and a good part of the work.
      default_log_levels:
        'oslo_concurrency=INFO,urllib3=WARN,requests=WARN,keystoneauth=WARN,stevedore=WARN,pyroute2=WARN,werkzeug=WARN',
      use_stderr: true,
      bindir: `${kuryrMount}/venv/libexec/kuryr`,
    },
    oslo_concurrency: { lock_path: '/run/lock/kuryr' },
    kubernetes: {
      api_root: apiRoot,
      token_file: `${kuryrFolder}/token`,
      ssl_client_crt_file: '',
      ssl_client_key_file: '',
      ssl_ca_crt_file: `${kuryrFolder}/ca.crt`,
      ssl_verify_server_crt: true,
      pod_vif_driver: vifDrivers[podMode],
      vif_pool_driver: poolDrivers[podMode],
      port_debug: false,
      pod_subnets_driver: 'namespace',
      pod_security_groups_driver: 'policy',
      service_security_groups_driver: 'policy',
      network_policy_driver: 'default',
      enabled_handlers: handlers.join(','),
      endpoints_driver_octavia_provider: 'ovn',
      multi_vif_drivers: 'noop',
      watch_retry_timeout: 1200,
    },
    vif_pool: {
      // DevStack's figures are 2 and 5. On two cores Neutron is what everybody waits for, and each port
      // that a namespace is given in advance has to be made, tagged and deleted again.
      ports_pool_min: 1,
      ports_pool_max: 0,
      ports_pool_batch: 2,
      ports_pool_update_frequency: 30,
    },
    octavia_defaults: {
      member_mode: 'L2',
      enforce_sg_rules: false,
      lb_algorithm: 'SOURCE_IP_PORT',
    },
    ...(podMode === 'nested'
      ? { binding: { default_driver: 'kuryr.lib.binding.drivers.vlan', link_iface: nodeNic } }
      : {}),
    health_server: { port: addresses.controllerHealthPort },
    cni_health_server: { port: addresses.daemonHealthPort },
    cni_daemon: {
      bind_address: '127.0.0.1:5036',
      docker_mode: false,
      // OpenShift's figure (4.14): a busy Neutron needs more than Kuryr's 60 s to see a subport up.
      vif_annotation_timeout: 200,
      // By default three failed requests make /alive of the daemon fail for ever, and requests to remove
      // pods that are gone do fail (docs/track-record.md, 2 and 21).
      cni_failures_count: 100_000,
    },
  };
}

function cloudSections(secrets: CloudSecrets, tenant: TenantFacts): Ini {
  return {
    neutron: {
      auth_type: 'password',
      auth_url: `${keystoneUrl}/v3`,
      username: 'kuryr',
      password: secrets.kuryr,
      project_name: 'k8s',
      user_domain_name: 'Default',
      project_domain_name: 'Default',
      region_name: 'RegionOne',
    },
    neutron_defaults: {
      project: tenant.project,
      pod_subnet: tenant.podSubnet,
      pod_subnets: tenant.podSubnet,
      service_subnet: tenant.serviceSubnet,
      service_subnets: tenant.serviceSubnet,
      external_svc_net: tenant.externalNetwork,
      external_svc_subnet: tenant.externalSubnet,
      pod_security_groups: tenant.allowAllGroup,
      ovs_bridge: 'br-int',
      lbaas_activation_timeout: 1200,
      resource_tags: resourceTag,
    },
    namespace_subnet: {
      pod_subnet_pool: tenant.subnetPool,
      pod_subnet_pools: tenant.subnetPool,
      pod_router: tenant.router,
    },
    // Policies let these in, whatever the mode: the kubelet probes from there.
    pod_vif_nested: { worker_nodes_subnets: tenant.nodesSubnet },
  };
}

/** Text of kuryr.conf for the controller. */
export function controllerConfig(
  secrets: CloudSecrets,
  tenant: TenantFacts,
  podMode: PodMode,
): string {
  return renderIni({ ...common(apiServerUrl, podMode), ...cloudSections(secrets, tenant) });
}

/** Text of kuryr.conf for the CNI daemon, which never speaks to the cloud. */
export function daemonConfig(podMode: PodMode): string {
  return renderIni({
    ...common(`https://${addresses.controlPlane}:${addresses.kubernetesPort}`, podMode),
    neutron_defaults: { resource_tags: resourceTag, ovs_bridge: 'br-int' },
    ...(podMode === 'bare'
      ? {
          os_vif_ovs: { ovsdb_connection: 'unix:/run/openvswitch/db.sock' },
          // The root has a helper of its own, which would load another os-vif.
          vif_plug_ovs_privileged: { helper_command: `${kuryrMount}/venv/bin/privsep-helper` },
        }
      : {}),
  });
}

/** The CNI network configuration that the container runtime reads. */
export const conflist = JSON.stringify({
  cniVersion: '0.3.1',
  name: 'kuryr',
  plugins: [{ type: 'kuryr-cni', kuryr_conf: `${kuryrFolder}/kuryr.conf`, debug: true }],
});
