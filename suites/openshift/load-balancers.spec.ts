/**
 * The load balancers of a whole OpenShift: their provider was chosen once, and with amphorae there are
 * many machines.
 */
import { claim, expect, OpenShift, reading, test } from '#helpers';
import { covers } from '../requirements/index.ts';

const fewest = 50;

test.describe('the load balancers of OpenShift', () => {
  test(
    'are more than 50 with the amphora provider, and each has its amphorae',
    covers('OCP-LB-01'),
    async ({ budgets, cloud, profile }) => {
      const balancers = reading(
        'load balancers of Kuryr, with and without amphora',
        async (signal) => {
          const [all, amphorae] = await Promise.all([
            cloud.octavia.loadBalancers({}, signal),
            cloud.octavia.amphorae({}, signal),
          ]);
          const served = new Set(amphorae.map(({ loadbalancer_id }) => loadbalancer_id));
          const ours = all.filter(
            ({ tags, provisioning_status }) =>
              tags.includes(profile.layout.resourceTag) && provisioning_status === 'ACTIVE',
          );
          const without = ours.filter(({ id }) => !served.has(id)).map(({ name }) => name);
          return { active: ours.length, withoutAmphora: without };
        },
      );

      await expect(balancers).toSettleOn(
        claim(
          `are more than ${fewest}, none of them without an amphora`,
          ({ active, withoutAmphora }) => active > fewest && withoutAmphora.length === 0,
        ),
        budgets.loadBalancerActive,
      );
    },
  );

  test(
    'have the provider that was chosen at the installation',
    covers('OCP-LB-02'),
    async ({ budgets, cloud, cluster, profile }) => {
      const chosen = new OpenShift(cluster).chosenProvider;
      const providers = reading('chosen, configured and actual provider', async (signal) => {
        const [view, balancers] = await Promise.all([
          chosen.read(signal),
          cloud.octavia.loadBalancers({}, signal),
        ]);
        const ours = balancers.filter(({ tags }) => tags.includes(profile.layout.resourceTag));
        return { ...view, actual: [...new Set(ours.map(({ provider }) => provider))] };
      });
      const { provider } = profile.octavia;

      await expect(providers).toSettleOn(
        claim(
          `are one, which is ${provider} or leaves the choice to an Octavia that takes ${provider}`,
          (view) =>
            ['default', provider].includes(view.chosen ?? 'not noted') &&
            view.configured === view.chosen &&
            view.actual.join() === provider,
        ),
        budgets.census,
      );
    },
  );
});
