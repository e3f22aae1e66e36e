/**
 * The text of kuryr.conf for the settings of a stack, with the sections and keys that Kuryr reads.
 */
import type { Release } from '../release.ts';
import type { KuryrSettings } from '../settings.ts';

type Value = string | number | boolean | readonly string[];
type Section = Readonly<Record<string, Value>>;

function kubernetesSection(settings: KuryrSettings): Section {
  const { security_groups_driver: groups, project_driver: project } = settings;
  return {
    api_root: '',
    token_file: '/var/run/secrets/kubernetes.io/serviceaccount/token',
    ssl_ca_crt_file: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
    pod_vif_driver: settings.pod_vif_driver,
    vif_pool_driver: settings.vif_pool_driver,
    port_debug: settings.port_debug,
    use_events: settings.use_events,
    pod_subnets_driver: settings.pod_subnets_driver,
    pod_security_groups_driver: groups,
    service_security_groups_driver: groups,
    pod_project_driver: project,
    service_project_driver: project,
    namespace_project_driver: project,
    network_policy_project_driver: project,
    enabled_handlers: settings.enabled_handlers,
    endpoints_driver_octavia_provider: settings.endpoints_driver_octavia_provider,
    multi_vif_drivers: 'noop',
  };
}

function sectionsOf(settings: KuryrSettings, release: Release): Readonly<Record<string, Section>> {
  const {
    project,
    pod_subnet,
    service_subnet,
    pod_security_groups,
    external_svc_net,
    external_svc_subnet,
    resource_tags,
    network_device_mtu,
    lbaas_activation_timeout,
  } = settings;
  return {
    kubernetes: kubernetesSection(settings),
    neutron_defaults: {
      project,
      pod_subnet,
      service_subnet,
      pod_security_groups,
      external_svc_net,
      external_svc_subnet,
      resource_tags,
      network_device_mtu,
      lbaas_activation_timeout,
    },
    namespace_subnet: {
      pod_router: settings.pod_router,
      pod_subnet_pool: settings.pod_subnet_pool,
    },
    octavia_defaults: {
      member_mode: settings.member_mode,
      enforce_sg_rules: settings.enforce_sg_rules,
      lb_algorithm: settings.lb_algorithm,
      ...(release.hasSgMode ? { sg_mode: settings.sg_mode } : {}),
      ...(release.hasTimeouts
        ? {
            timeout_client_data: settings.timeout_client_data,
            timeout_member_data: settings.timeout_member_data,
          }
        : {}),
    },
    pod_vif_nested: { worker_nodes_subnets: settings.worker_nodes_subnets },
    vif_pool: {
      ports_pool_max: settings.ports_pool_max,
      ports_pool_min: settings.ports_pool_min,
      ports_pool_batch: settings.ports_pool_batch,
      ports_pool_update_frequency: settings.ports_pool_update_frequency,
    },
    binding: { link_iface: settings.link_iface },
    cni_daemon: { vif_annotation_timeout: settings.vif_annotation_timeout },
  };
}

function lineOf([key, value]: [string, Value]): string {
  const text = typeof value === 'object' ? value.join(',') : value;
  return `${key} = ${typeof text === 'boolean' ? (text ? 'True' : 'False') : text}`;
}

/** Writes kuryr.conf. */
export function kuryrConf(settings: KuryrSettings, release: Release): string {
  const sections = Object.entries(sectionsOf(settings, release)).map(([name, section]) =>
    [`[${name}]`, ...Object.entries(section).map(lineOf), ''].join('\n'),
  );
  return sections.join('\n');
}
