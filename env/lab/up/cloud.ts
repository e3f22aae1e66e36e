/**
 * Steps that start the cloud and give Kuryr its networks.
 */
import { OpenStackSession } from '../../access/openstack.ts';
import { StackError } from '../../errors.ts';
import { preparePython } from '../base/python.ts';
import type { Step } from '../base/steps.ts';
import { makeKuryrAdministrator } from '../cloud/identities.ts';
import { startOvn } from '../cloud/ovn.ts';
import { startParentKeeper } from '../cloud/parent-keeper.ts';
import {
  startKeystone,
  startMariadb,
  startDriverAgent,
  startNeutron,
  startOctaviaApi,
  waitForNetworking,
} from '../cloud/services.ts';
import { ensureTenant } from '../cloud/tenant.ts';
import { TenantNetworks } from '../cloud/tenant-networks.ts';
import { ensureApiBalancer } from '../cloud/api-balancer.ts';
import { addresses } from '../base/layout.ts';
import { type LabMachines, makeMachines } from '../machines.ts';
import { linkOf, waitForNodePorts, wireMachines } from '../wiring.ts';
import { type Making, step } from './making.ts';

async function projectOf(session: OpenStackSession): Promise<string> {
  const project = await session.projectId();
  if (project !== undefined) return project;
  throw new StackError(
    'LAB_NO_PROJECT',
    'Making the networks for Kuryr: its user has no project. Run "npm run lab -- down" and then "up".',
  );
}

/** The cloud: Open vSwitch, OVN, Keystone, Neutron, Octavia, and the networks given to Kuryr. */
export function cloudSteps(making: Making): Step[] {
  const { layout } = making;
  const cloud = (): LabMachines => making.machines.get();
  return [
    step(
      'machines',
      ['databases and identities', 'root of Open vSwitch', 'Kubernetes programs', 'Kuryr programs'],
      async () => {
        making.machines.fill(
          await makeMachines(layout, making.options, {
            root: making.root.get(),
            switchRoot: making.switchRoot.get(),
            cloudLayer: making.layer.get().folder,
            kubernetes: making.kubernetes.get(),
            kuryr: making.kuryr.get(),
          }),
        );
        await preparePython(cloud().cloud);
        return `${making.options.workers} workers, pods ${making.options.podMode}`;
      },
    ),
    step('Open vSwitch and OVN', ['machines'], async () => {
      await startOvn(layout, cloud(), making.facts);
      return `datapath ${making.facts.datapath}`;
    }),
    step('MariaDB and Keystone', ['machines'], async () => {
      await startMariadb(layout, cloud().cloud);
      await startKeystone(layout, cloud().cloud);
      return undefined;
    }),
    step('Neutron and Octavia', ['MariaDB and Keystone', 'Open vSwitch and OVN'], async () => {
      await startNeutron(layout, cloud().cloud);
      await startOctaviaApi(layout, cloud().cloud);
      await startDriverAgent(layout, cloud().cloud);
      await waitForNetworking(layout);
      return undefined;
    }),
    step('networks for Kuryr', ['Neutron and Octavia'], async () => {
      const open = (cloudName: string): Promise<OpenStackSession> =>
        OpenStackSession.open({ cloudsYamlPath: layout.cloudsYaml, cloudName });
      const session = await open('lab');
      if (making.options.podMode === 'bare') await makeKuryrAdministrator(session);
      const project = await projectOf(await open('lab-kuryr'));
      making.session.fill(session);
      making.networks.fill(new TenantNetworks(session, project));
      making.tenant.fill(await ensureTenant(making.networks.get(), project));
      return undefined;
    }),
  ];
}

/** The nodes as instances of the cloud. */
export function wiringSteps(making: Making): Step[] {
  const { layout } = making;
  const machines = (): LabMachines => making.machines.get();
  return [
    step('nodes plugged in', ['networks for Kuryr'], async () => {
      await wireMachines(machines(), {
        networks: making.networks.get(),
        tenant: making.tenant.get(),
      });
      if (making.options.podMode === 'nested') {
        const { hypervisor, workers } = machines();
        const parents = workers.map(({ machine }) => linkOf(machine));
        await startParentKeeper(layout, hypervisor, parents);
      }
      return undefined;
    }),
    step('load balancer of the API', ['networks for Kuryr'], async () => {
      const tenant = making.tenant.get();
      await ensureApiBalancer(making.session.get(), {
        project: tenant.project,
        vipSubnet: tenant.serviceSubnet,
        memberSubnet: tenant.nodesSubnet,
        member: addresses.controlPlane,
      });
      return undefined;
    }),
    step('ports of the nodes ACTIVE', ['nodes plugged in'], async () => {
      await waitForNodePorts(machines(), making.networks.get());
      return undefined;
    }),
  ];
}
