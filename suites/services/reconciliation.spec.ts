/**
 * Parts of a load balancer that somebody deletes in Octavia: Kuryr finds out by itself, every ten minutes.
 */
import {
  claim,
  type Cloud,
  expect,
  expectedBalancer,
  type LoadBalancerView,
  podPort,
  test,
  untilThere,
} from '#helpers';
import { covers } from '../requirements/index.ts';

const port = 80;

const parts: readonly {
  readonly what: string;
  readonly cites: ReturnType<typeof covers>;
  readonly idOf: (balancer: LoadBalancerView | undefined) => string | undefined;
  readonly remove: (cloud: Cloud, balancer: LoadBalancerView) => Promise<void>;
}[] = [
  {
    what: 'load balancer',
    cites: covers('SVC-REC-03'),
    idOf: (balancer) => balancer?.id,
    remove: (cloud, { id }) => cloud.octavia.removeLoadBalancer(id),
  },
  {
    what: 'listener',
    cites: covers('SVC-REC-04'),
    idOf: (balancer) => balancer?.listeners[0]?.id,
    remove: (cloud, { listeners }) => cloud.octavia.removeListener(listeners[0]?.id ?? ''),
  },
  {
    what: 'pool',
    cites: covers('SVC-REC-05'),
    idOf: (balancer) => balancer?.pools[0]?.id,
    remove: (cloud, { pools }) => cloud.octavia.removePool(pools[0]?.id ?? ''),
  },
  {
    what: 'member',
    cites: covers('SVC-REC-06'),
    idOf: (balancer) => balancer?.pools[0]?.memberIds[0],
    remove: (cloud, { pools }) =>
      cloud.octavia.removeMember(pools[0]?.id ?? '', pools[0]?.memberIds[0] ?? ''),
  },
];

test.describe('what somebody deletes in Octavia', () => {
  for (const { what, cites, idOf, remove } of parts) {
    test(
      `is made anew by itself, when it is a ${what}`,
      cites,
      async ({ budgets, cloud, namespace, probes }) => {
        const [client, echo] = await Promise.all([
          namespace.pod('client'),
          namespace.deploy('echo'),
        ]);
        const service = await namespace.expose(echo, { ports: [{ port, targetPort: podPort }] });
        const balancer = cloud.loadBalancerOf(service);
        const whole = expectedBalancer(service, echo.podIPs, podPort);

        await expect(balancer).toSettleOn(whole, budgets.loadBalancerActive);
        const before = await untilThere(balancer, budgets.serviceActive);
        await remove(cloud, before);

        await test.step(`Octavia has another ${what}, and everything else, at the same address`, async () => {
          const isAnother = claim<LoadBalancerView | undefined>(
            `has a ${what} again, and not ${idOf(before) ?? 'none'}`,
            (now) => ![undefined, idOf(before)].includes(idOf(now)),
          );

          await expect(balancer).toSettleOn(isAnother, budgets.loadBalancerRepaired);
          await expect(balancer).toSettleOn(whole, budgets.loadBalancerActive);
          await expect(probes.in(client).tcp(service.clusterIP, port)).toSettleOn(
            { verdict: 'open' },
            budgets.dataplane,
          );
        });
      },
    );
  }
});
