/**
 * Services over SCTP, as far as Octavia shows them.
 */
import { expect, expectedBalancer, podPort, test } from '#helpers';
import { covers } from '../requirements/index.ts';

test.describe('a Service over SCTP', () => {
  test(
    'is a listener and a pool of that protocol, with the ready pods behind them',
    covers('SVC-SCTP-01'),
    async ({ budgets, cloud, namespace }) => {
      const echo = await namespace.deploy('echo');
      const service = await namespace.expose(echo, {
        ports: [{ port: 80, protocol: 'SCTP', targetPort: podPort }],
      });

      await expect(cloud.loadBalancerOf(service)).toSettleOn(
        {
          ...expectedBalancer(service, echo.podIPs, podPort),
          pools: [{ protocol: 'SCTP', provisioningStatus: 'ACTIVE', memberStatuses: ['ACTIVE'] }],
        },
        budgets.loadBalancerActive,
      );
    },
  );
});
