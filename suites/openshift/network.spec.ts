/**
 * Kuryr as the network of OpenShift: asked for, made by the operator, and running.
 */
import { claim, expect, OpenShift, test } from '#helpers';
import { covers } from '../requirements/index.ts';

test.describe('OpenShift', () => {
  test(
    'has Kuryr as its network, and the operator is content with it',
    covers('OCP-NET-01', 'OCP-NET-02'),
    async ({ budgets, cluster }) => {
      const openShift = new OpenShift(cluster);

      await test.step('the network is of type Kuryr, as wanted and as it is', async () => {
        await expect(openShift.network).toSettleOn(
          { wanted: 'Kuryr', actual: 'Kuryr' },
          budgets.standing,
        );
      });

      await test.step('the operator makes a network of type Kuryr and reports no trouble', async () => {
        await expect(openShift.networkOperator).toSettleOn('Kuryr', budgets.standing);
        await expect(openShift.operatorConditions).toSettleOn(
          { Available: 'True', Degraded: 'False' },
          budgets.podReady,
        );
      });
    },
  );

  test(
    'has one block of addresses for pods and one for Services',
    covers('LIM-NET-01'),
    async ({ budgets, cluster }) => {
      await expect(new OpenShift(cluster).network).toSettleOn(
        { clusterNetworks: 1, serviceNetworks: 1 },
        budgets.standing,
      );
    },
  );

  test(
    'runs the controller and a daemon on each node in namespace openshift-kuryr',
    covers('OCP-NET-03'),
    async ({ budgets, cluster }) => {
      const openShift = new OpenShift(cluster);

      for (const workload of [openShift.controller, openShift.daemons]) {
        await expect(workload).toSettleOn(
          claim(
            'has pods, and all of them are ready',
            (view) => view !== undefined && view.wanted > 0 && view.ready === view.wanted,
          ),
          budgets.podReady,
        );
      }
    },
  );
});
