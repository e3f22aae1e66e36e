/**
 * The forms of Neutron's objects as far as this project reads them. Unknown keys pass, statuses are
 * plain texts (services invent new ones), and optional parts may be missing or null.
 */
import { z } from 'zod';

const tags = z.array(z.string()).default([]);
const textOrNone = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);
const numberOrNone = z
  .number()
  .nullish()
  .transform((value) => value ?? undefined);
const base = z.looseObject({
  id: z.string(),
  name: z
    .string()
    .nullish()
    .transform((value) => value ?? ''),
  project_id: textOrNone,
  description: textOrNone,
  tags,
});

/** A port as Neutron gives it. */
export const portForm = base.extend({
  status: z.string(),
  network_id: z.string(),
  admin_state_up: z.boolean().default(true),
  device_id: z.string().default(''),
  device_owner: z.string().default(''),
  mac_address: z.string().default(''),
  fixed_ips: z.array(z.looseObject({ subnet_id: z.string(), ip_address: z.string() })).default([]),
  security_groups: z.array(z.string()).default([]),
  port_security_enabled: z.boolean().optional(),
  revision_number: numberOrNone,
  'binding:host_id': textOrNone,
  'binding:vif_type': textOrNone,
  'binding:vif_details': z.record(z.string(), z.unknown()).nullish(),
  'binding:profile': z.record(z.string(), z.unknown()).nullish(),
});

/** A network as Neutron gives it. */
export const networkForm = base.extend({
  status: z.string(),
  mtu: numberOrNone,
  subnets: z.array(z.string()).default([]),
  'router:external': z.boolean().default(false),
});

/** A subnet as Neutron gives it. */
export const subnetForm = base.extend({
  network_id: z.string(),
  cidr: z.string(),
  gateway_ip: textOrNone,
  enable_dhcp: z.boolean().default(false),
  subnetpool_id: textOrNone,
});

/** A trunk as Neutron gives it. */
export const trunkForm = base.extend({
  port_id: z.string(),
  status: z.string().default(''),
  admin_state_up: z.boolean().default(true),
  sub_ports: z
    .array(
      z.looseObject({
        port_id: z.string(),
        segmentation_id: z.number(),
        segmentation_type: z.string(),
      }),
    )
    .default([]),
});

/** A security group rule as Neutron gives it. */
export const securityGroupRuleForm = z.looseObject({
  id: z.string(),
  security_group_id: z.string(),
  direction: z.string(),
  ethertype: textOrNone,
  protocol: z
    .union([z.string(), z.number()])
    .nullish()
    .transform((value) => (value == null ? undefined : String(value))),
  port_range_min: numberOrNone,
  port_range_max: numberOrNone,
  remote_ip_prefix: textOrNone,
  remote_group_id: textOrNone,
  description: textOrNone,
});

/** A security group as Neutron gives it. */
export const securityGroupForm = base.extend({
  security_group_rules: z.array(securityGroupRuleForm).default([]),
});

/** A floating IP as Neutron gives it. */
export const floatingIpForm = base.extend({
  floating_ip_address: z.string(),
  floating_network_id: z.string(),
  fixed_ip_address: textOrNone,
  port_id: textOrNone,
  router_id: textOrNone,
  status: z
    .string()
    .nullish()
    .transform((value) => value ?? ''),
});

/** A router as Neutron gives it. */
export const routerForm = base.extend({
  status: z.string(),
  external_gateway_info: z
    .looseObject({
      network_id: z.string(),
      enable_snat: z.boolean().optional(),
      external_fixed_ips: z.array(z.looseObject({ ip_address: z.string() })).default([]),
    })
    .nullish(),
});

/** An extension as Neutron lists it. */
export const extensionForm = z.looseObject({ alias: z.string(), name: z.string().default('') });

/** An agent as Neutron lists it. */
export const agentForm = z.looseObject({
  id: z.string(),
  agent_type: z.string(),
  host: z.string(),
  alive: z.boolean(),
});

/** A project's quotas with what is used of them; a limit of -1 means none. */
export const quotasForm = z.looseObject({
  quota: z.record(
    z.string(),
    z.union([z.looseObject({ limit: z.number(), used: z.number() }), z.unknown()]),
  ),
});

/** The collections of Neutron that can be listed and read here. */
export const neutronForms = {
  ports: { key: 'ports', one: 'port', form: portForm },
  networks: { key: 'networks', one: 'network', form: networkForm },
  subnets: { key: 'subnets', one: 'subnet', form: subnetForm },
  trunks: { key: 'trunks', one: 'trunk', form: trunkForm },
  'security-groups': { key: 'security_groups', one: 'security_group', form: securityGroupForm },
  'security-group-rules': {
    key: 'security_group_rules',
    one: 'security_group_rule',
    form: securityGroupRuleForm,
  },
  floatingips: { key: 'floatingips', one: 'floatingip', form: floatingIpForm },
  routers: { key: 'routers', one: 'router', form: routerForm },
  extensions: { key: 'extensions', one: 'extension', form: extensionForm },
  agents: { key: 'agents', one: 'agent', form: agentForm },
} as const;

/** The name of a collection. */
export type NeutronCollection = keyof typeof neutronForms;

/** One object of a collection. */
export type NeutronItem<C extends NeutronCollection> = z.output<(typeof neutronForms)[C]['form']>;
/** A port as Neutron gives it. */
export type NeutronPort = NeutronItem<'ports'>;
/** A network as Neutron gives it. */
export type NeutronNetwork = NeutronItem<'networks'>;
/** A subnet as Neutron gives it. */
export type NeutronSubnet = NeutronItem<'subnets'>;
/** A trunk as Neutron gives it. */
export type NeutronTrunk = NeutronItem<'trunks'>;
/** A security group as Neutron gives it. */
export type NeutronSecurityGroup = NeutronItem<'security-groups'>;
/** A security group rule as Neutron gives it. */
export type NeutronSecurityGroupRule = NeutronItem<'security-group-rules'>;
/** A floating IP as Neutron gives it. */
export type NeutronFloatingIp = NeutronItem<'floatingips'>;
/** A router as Neutron gives it. */
export type NeutronRouter = NeutronItem<'routers'>;
