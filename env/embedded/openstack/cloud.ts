/**
 * The simulated cloud: Keystone, Neutron, Octavia, Nova, Cinder and Glance behind one HTTPS address, over one
 * state. It begins as an installed cloud does: an administrator, the services' own project, no tenants.
 */
import type { BalancerStatus } from '../../stack.ts';
import type { CloudView, Served, Tls } from '../seams.ts';
import type { World } from '../world.ts';
import { cinderService } from './cinder.ts';
import { amphoraImage, glanceService } from './glance.ts';
import { startListener } from './http/listener.ts';
import { type CatalogueService, catalogueOf, region } from './keystone/catalogue.ts';
import { Identities } from './keystone/identities.ts';
import { keystoneService } from './keystone/service.ts';
import { makeNetwork } from './neutron/networks.ts';
import { type Plugin, serviceCaller } from './neutron/plugin.ts';
import { type Limits, Quotas } from './neutron/quotas.ts';
import { neutronService } from './neutron/service.ts';
import { makeSubnet } from './neutron/subnets.ts';
import { traitsOf } from './neutron/traits.ts';
import { novaService } from './nova.ts';
import { AmphoraDriver } from './octavia/amphora.ts';
import { Engine } from './octavia/engine.ts';
import { OctaviaQuotas } from './octavia/quotas.ts';
import { octaviaService } from './octavia/service.ts';
import { octaviaTraitsOf, usualProviders } from './octavia/traits.ts';
import { CloudState } from './state.ts';
import { viewOf } from './view.ts';

/** A user that the cloud is to have besides its administrator. */
export interface CloudUser {
  readonly name: string;
  /** Made when it is not there. */
  readonly project: string;
  readonly roles: readonly string[];
  /** Made up when it is not given. */
  readonly password?: string;
}

/** How a cloud is started. */
export interface CloudOptions {
  readonly tls: Tls;
  readonly users?: readonly CloudUser[];
  /** The names of the enabled providers, the default first; those that are usual for the axes otherwise. */
  readonly providers?: readonly string[];
  /** Neutron's default quotas, where they differ from its own. */
  readonly quotas?: Limits;
  /** How many amphorae the cloud's hosts have room for; any number otherwise. */
  readonly amphoraCapacity?: number;
  /** By how much everything that takes time takes longer than usual. */
  readonly pace?: number;
  /** The tables to begin with; empty ones of its own otherwise. */
  readonly state?: CloudState;
  /** How long tokens last; an hour otherwise. */
  readonly tokenMs?: number;
}

/** One entry of a clouds.yaml. */
export interface CloudsEntry {
  readonly auth: {
    readonly auth_url: string;
    readonly username: string;
    readonly password: string;
    readonly project_name: string;
    readonly user_domain_name: string;
    readonly project_domain_name: string;
  };
  readonly region_name: string;
  readonly identity_api_version: 3;
}

/** A running cloud. */
export interface Cloud extends Served {
  readonly view: CloudView;
  /** Keystone's address, as clouds.yaml has it. */
  readonly authUrl: string;
  readonly catalogue: readonly CatalogueService[];
  /** The clouds.yaml entry of "admin" or of one of the users of the options; holds the password. */
  cloudsYaml(user: string): CloudsEntry;
  /** Has one of its services away until the way back is gone. */
  stop(service: 'keystone' | 'neutron' | 'octavia'): () => void;
  /** Writes a provisioning status into what Octavia keeps about a load balancer. */
  markBalancer(id: string, status: BalancerStatus): void;
  /** Makes every token given so far worthless. */
  revokeTokens(): void;
}

const roles = [
  'admin',
  'manager',
  'member',
  'reader',
  'service',
  'load-balancer_admin',
  'load-balancer_member',
  'load-balancer_observer',
  'load-balancer_global_observer',
];
const hour = 3_600_000;

/** Starts a cloud; it listens when this resolves. */
export async function startCloud(world: World, options: CloudOptions): Promise<Cloud> {
  const state = options.state ?? new CloudState(world, options.pace);
  const identities = new Identities(world, options.tokenMs ?? hour);
  for (const role of roles) identities.roleNamed(role);
  const homes = new Map<string, string>();
  const { project: serviceProject } = addUser(identities, homes, {
    name: 'octavia',
    project: 'service',
    roles: ['admin', 'service'],
  });
  addUser(identities, homes, { name: 'admin', project: 'admin', roles: ['admin'] });
  for (const user of options.users ?? []) addUser(identities, homes, user);
  const neutron: Plugin = {
    state,
    quotas: new Quotas(state, options.quotas),
    traits: traitsOf(world.axes),
  };
  const { engine, imageId } = octaviaOf(neutron, { options, serviceProject });
  const server = await startListener({
    tls: options.tls,
    world,
    identities,
    services: [
      keystoneService(identities),
      neutronService(neutron),
      octaviaService(engine),
      novaService(state),
      cinderService(),
      glanceService(
        world.axes.octavia === 'amphora'
          ? [amphoraImage(imageId, serviceProject, world.now())]
          : [],
      ),
    ],
  });
  return {
    url: server.url,
    view: viewOf(state),
    authUrl: `${server.url}/identity`,
    catalogue: catalogueOf(server.url),
    cloudsYaml: (user) =>
      entryOf(identities, { user, project: homes.get(user) ?? '', url: server.url }),
    stop: (service) => server.stop(service),
    markBalancer: (id, status) => {
      state.loadBalancers.update(id, { provisioning_status: status });
    },
    revokeTokens: () => {
      identities.forgetAllTokens();
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function addUser(
  identities: Identities,
  homes: Map<string, string>,
  wanted: CloudUser,
): { readonly project: string } {
  const { name, password } = wanted;
  const found = identities.projects.all().find((project) => project.name === wanted.project);
  const project = found ?? identities.addProject(wanted.project);
  const user = identities.addUser(name, password === undefined ? {} : { password });
  for (const role of wanted.roles)
    identities.grant(project.id, user.id, identities.roleNamed(role).id);
  homes.set(name, project.name);
  return { project: project.id };
}

function entryOf(
  identities: Identities,
  { user, project, url }: { readonly user: string; readonly project: string; readonly url: string },
): CloudsEntry {
  const row = identities.users.all().find(({ name }) => name === user);
  if (row === undefined) throw new Error(`The embedded cloud has no user "${user}".`);
  return {
    auth: {
      auth_url: `${url}/identity`,
      username: row.name,
      password: row.password,
      project_name: project,
      user_domain_name: 'Default',
      project_domain_name: 'Default',
    },
    region_name: region,
    identity_api_version: 3,
  };
}

function octaviaOf(
  neutron: Plugin,
  { options, serviceProject }: { readonly options: CloudOptions; readonly serviceProject: string },
): { readonly engine: Engine; readonly imageId: string } {
  const { state } = neutron;
  const { axes } = state.world;
  const names = options.providers ?? usualProviders(axes.series, axes.octavia);
  const imageId = state.newId();
  const network = names.some((name) => name !== 'ovn')
    ? managementNetwork(neutron, serviceProject)
    : undefined;
  const amphorae = new AmphoraDriver(neutron, {
    serviceProject,
    serviceUser: 'octavia',
    managementNetwork: network,
    host: 'compute-1',
    capacity: options.amphoraCapacity ?? Number.POSITIVE_INFINITY,
    imageId,
    flavorId: state.newId(),
  });
  const engine = new Engine({
    neutron,
    traits: octaviaTraitsOf(axes.series, names),
    quotas: new OctaviaQuotas(state),
    amphorae,
  });
  return { engine, imageId };
}

/** The network on which Octavia reaches its amphorae. */
function managementNetwork(neutron: Plugin, project: string): ReturnType<typeof makeNetwork> {
  const caller = serviceCaller(project);
  neutron.quotas.set(project, {
    network: -1,
    subnet: -1,
    port: -1,
    security_group: -1,
    security_group_rule: -1,
  });
  const network = makeNetwork(neutron, { name: 'lb-mgmt-net' }, caller);
  const subnet = {
    name: 'lb-mgmt-subnet',
    network_id: network.id,
    cidr: '192.168.0.0/24',
    enable_dhcp: false,
  };
  makeSubnet(neutron, subnet, caller);
  return network;
}
