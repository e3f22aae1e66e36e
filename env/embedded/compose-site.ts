/**
 * The first half of a stack: the cloud, the data plane over it, and what Kuryr is given on both.
 */
import { OpenStackSession } from '../access/openstack.ts';
import { StackError } from '../errors.ts';
import { writeClouds } from './access-files.ts';
import { createDataPlane, type EmbeddedDataPlane } from './dataplane/data-plane.ts';
import type { Ground } from './ground.ts';
import { overHttps } from './https.ts';
import { type Cloud, startCloud } from './openstack/cloud.ts';
import { CloudState } from './openstack/state.ts';
import { SiteApi } from './site-api.ts';
import { type Machines, plugMachines } from './site-nodes.ts';
import { grantMachines, makeNetworks, type SiteFacts } from './site.ts';

/** The names in clouds.yaml: the suite's administrator, and Kuryr's own user. */
const names = { admin: 'embedded', kuryr: 'embedded-kuryr' } as const;

/** A cloud that is ready for a cluster with Kuryr. */
export interface Site {
  readonly cloud: Pick<Cloud, 'markBalancer' | 'stop'>;
  readonly api: SiteApi;
  readonly dataPlane: EmbeddedDataPlane;
  readonly facts: SiteFacts;
  readonly machines: Machines;
  readonly cloudsYamlPath: string;
  /** The administrator's entry of clouds.yaml. */
  readonly cloudName: string;
  /** The entry of Kuryr's user, an ordinary member of its project. */
  readonly kuryrCloudName: string;
}

/** Starts the cloud and prepares it through its APIs. */
export async function startSite(ground: Ground): Promise<Site> {
  const { folder, tls, world, disposals, profile, fittings } = ground;
  const { podMode, workers } = world.axes;
  const kuryr = {
    name: 'kuryr',
    project: 'k8s',
    // Binding a port to a host is for administrators; a subport is bound with its parent.
    roles: [podMode === 'neutron-vif' ? 'admin' : 'member', 'load-balancer_member'],
  };
  const state = new CloudState(world);
  fittings.state(state);
  const cloud = disposals.use(await startCloud(world, { tls, users: [kuryr], state }));
  const cloudsYamlPath = await writeClouds(folder, {
    [names.admin]: cloud.cloudsYaml('admin'),
    [names.kuryr]: cloud.cloudsYaml(kuryr.name),
  });
  const dataPlane = fittings.dataPlane(createDataPlane(world, fittings.view(cloud.view)));
  const open = (cloudName: string): Promise<OpenStackSession> =>
    OpenStackSession.open({ cloudsYamlPath, cloudName, transport: overHttps });
  const [admin, member] = await Promise.all([open(names.admin), open(names.kuryr)]);
  const api = new SiteApi(admin);
  const facts = await makeNetworks(api, await projectOf(member));
  if (world.axes.cluster.kind === 'openshift') await grantMachines(api, facts.project);
  const { resourceTag } = profile.layout;
  const machines = await plugMachines({ api, facts, dataPlane, workers, podMode, resourceTag });
  return {
    ...{ api, cloud },
    dataPlane,
    facts,
    machines,
    cloudsYamlPath,
    cloudName: names.admin,
    kuryrCloudName: names.kuryr,
  };
}

async function projectOf(session: OpenStackSession): Promise<string> {
  const project = await session.projectId();
  if (project !== undefined) return project;
  throw new StackError('STACK_NOT_STARTED', "Preparing the cloud: Kuryr's user has no project.");
}
