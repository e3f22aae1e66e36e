/**
 * Steps that start the cluster.
 */
import type { Step } from '../base/steps.ts';
import { startControlPlane } from '../cluster/control-plane.ts';
import { loadImages, startContainerd, startKubelet } from '../cluster/node.ts';
import { makePki } from '../cluster/pki.ts';
import { startSandboxKeeper } from '../cluster/sandbox-keeper.ts';
import type { LabMachines } from '../machines.ts';
import { type Making, step } from './making.ts';

/** The cluster up to healthy kubelets, without a network for pods. */
export function clusterSteps(making: Making): Step[] {
  const { layout } = making;
  const machines = (): LabMachines => making.machines.get();
  return [
    step('control plane', ['machines'], async () => {
      const names = machines().workers.map((worker) => worker.machine.name);
      await makePki(layout, machines().controlPlane, names);
      await startControlPlane(layout, {
        controlPlane: machines().controlPlane,
        host: machines().cloud,
      });
      return undefined;
    }),
    step('container runtime and images on the nodes', ['machines', 'images'], async () => {
      await Promise.all(
        machines().workers.map(async (worker) => {
          await startContainerd(layout, worker);
          await loadImages(worker, making.images.get());
        }),
      );
      return undefined;
    }),
    step(
      'kubelets',
      ['control plane', 'nodes plugged in', 'container runtime and images on the nodes'],
      async () => {
        await startSandboxKeeper(layout, machines().workers);
        await Promise.all(machines().workers.map((worker) => startKubelet(layout, worker)));
        return undefined;
      },
    ),
  ];
}
