/**
 * Configuration files of Keystone, Neutron (ML2/OVN with trunks) and Octavia (ovn provider) on one host:
 * no message broker, no memcached, the database on a unix socket, OVN on unix sockets.
 */
import { addresses } from '../base/layout.ts';
import { type Ini, renderIni } from '../base/files.ts';

/** Passwords of the lab's cloud, made at random when its databases are made. */
export interface CloudSecrets {
  readonly admin: string;
  readonly service: string;
  readonly database: string;
  readonly kuryr: string;
}

/** Address of Keystone. */
export const keystoneUrl = `http://${addresses.api}:${addresses.keystonePort}`;

const databaseSocket = '/run/mysqld/mysqld.sock';
const ovnConnections = {
  ovn_nb_connection: 'unix:/run/ovn/ovnnb_db.sock',
  ovn_sb_connection: 'unix:/run/ovn/ovnsb_db.sock',
};

function database(name: string, secrets: CloudSecrets): Ini[string] {
  return {
    connection: `mysql+pymysql://${name}:${secrets.database}@localhost/${name}?unix_socket=${databaseSocket}`,
  };
}

function login(user: string, secrets: CloudSecrets): Ini[string] {
  return {
    auth_url: keystoneUrl,
    auth_type: 'password',
    username: user,
    password: secrets.service,
    project_name: 'service',
    user_domain_name: 'Default',
    project_domain_name: 'Default',
    region_name: 'RegionOne',
  };
}

function keystone(secrets: CloudSecrets): Ini {
  return {
    DEFAULT: { use_stderr: true },
    database: database('keystone', secrets),
    token: { provider: 'fernet', expiration: 86400 },
    // Without a cache each authenticated request costs Keystone about half a second here.
    cache: { enabled: true, backend: 'dogpile.cache.memory' },
    oslo_middleware: { enable_proxy_headers_parsing: true },
  };
}

const noQuota = Object.fromEntries(
  [
    'network',
    'subnet',
    'port',
    'router',
    'floatingip',
    'security_group',
    'security_group_rule',
    'trunk',
  ].map((resource) => [`quota_${resource}`, -1]),
);

function neutron(secrets: CloudSecrets): Ini {
  return {
    DEFAULT: {
      core_plugin: 'ml2',
      service_plugins: 'ovn-router,trunk',
      auth_strategy: 'keystone',
      bind_host: addresses.api,
      bind_port: addresses.neutronPort,
      // With two, each has a view of OVN of its own: a port made by one is not yet known to the other.
      api_workers: 1,
      rpc_workers: 0,
      rpc_state_report_workers: 0,
      transport_url: 'fake://',
      notify_nova_on_port_status_changes: false,
      notify_nova_on_port_data_changes: false,
      global_physnet_mtu: 1500,
      dns_domain: 'lab.local.',
      use_stderr: true,
    },
    database: database('neutron', secrets),
    keystone_authtoken: {
      www_authenticate_uri: keystoneUrl,
      ...login('neutron', secrets),
      service_token_roles_required: false,
    },
    oslo_concurrency: { lock_path: '/run/lock/neutron' },
    oslo_messaging_notifications: { driver: 'noop' },
    quotas: noQuota,
  };
}

const ml2: Ini = {
  ml2: {
    type_drivers: 'local,flat,vlan,geneve',
    tenant_network_types: 'geneve',
    mechanism_drivers: 'ovn',
    extension_drivers: 'port_security',
    overlay_ip_version: 4,
    path_mtu: 1500,
  },
  ml2_type_geneve: { vni_ranges: '1:65535', max_header_size: 38 },
  ml2_type_flat: { flat_networks: 'physnet1' },
  ml2_type_vlan: { network_vlan_ranges: 'physnet1:100:200' },
  securitygroup: { enable_security_group: true },
  ovn: {
    ...ovnConnections,
    ovn_l3_scheduler: 'leastloaded',
    enable_distributed_floating_ip: false,
    ovn_metadata_enabled: false,
  },
};

function octavia(secrets: CloudSecrets): Ini {
  return {
    DEFAULT: { transport_url: 'fake://', use_stderr: true },
    api_settings: {
      bind_host: addresses.api,
      bind_port: addresses.octaviaPort,
      auth_strategy: 'keystone',
      enabled_provider_drivers: "ovn:'Octavia OVN driver.'",
      default_provider_driver: 'ovn',
    },
    driver_agent: {
      enabled_provider_agents: 'ovn',
      status_socket_path: '/run/octavia/status.sock',
      stats_socket_path: '/run/octavia/stats.sock',
      get_socket_path: '/run/octavia/get.sock',
    },
    database: database('octavia', secrets),
    keystone_authtoken: {
      www_authenticate_uri: keystoneUrl,
      ...login('octavia', secrets),
      service_token_roles_required: false,
    },
    service_auth: login('octavia', secrets),
    neutron: { region_name: 'RegionOne', endpoint_type: 'publicURL' },
    controller_worker: { network_driver: 'allowed_address_pairs_driver' },
    ovn: ovnConnections,
    quotas: Object.fromEntries(
      ['load_balancer', 'listener', 'pool', 'member', 'health_monitor'].map((resource) => [
        `default_${resource}_quota`,
        -1,
      ]),
    ),
  };
}

/** Path in the cloud's machine -> text of each configuration file. */
export function cloudFiles(secrets: CloudSecrets): Record<string, string> {
  return {
    '/etc/keystone/keystone.conf': renderIni(keystone(secrets)),
    '/etc/neutron/neutron.conf': renderIni(neutron(secrets)),
    '/etc/neutron/plugins/ml2/ml2_conf.ini': renderIni(ml2),
    '/etc/octavia/octavia.conf': renderIni(octavia(secrets)),
  };
}

/** The clouds.yaml of the lab: the administrator, who sees all, and Kuryr's own user. */
export function cloudsFile(secrets: CloudSecrets): string {
  const common = { region_name: 'RegionOne', identity_api_version: 3 };
  const domains = { user_domain_name: 'Default', project_domain_name: 'Default' };
  const auth_url = `${keystoneUrl}/v3`;
  return JSON.stringify(
    {
      clouds: {
        lab: {
          auth: {
            auth_url,
            username: 'admin',
            password: secrets.admin,
            project_name: 'admin',
            ...domains,
          },
          ...common,
        },
        'lab-kuryr': {
          auth: {
            auth_url,
            username: 'kuryr',
            password: secrets.kuryr,
            project_name: 'k8s',
            ...domains,
          },
          ...common,
        },
      },
    },
    undefined,
    2,
  );
}
