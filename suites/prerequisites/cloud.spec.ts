/**
 * What the cloud must offer before Kuryr can work on it, and what its project may use: the same
 * judgements that the command "preflight" shows as a table.
 */
import { claim, expect, type PrerequisiteId, test } from '#helpers';
import { covers } from '../requirements/index.ts';
import { requirementOf } from '../requirements/prerequisites.ts';

const titles: Readonly<Record<PrerequisiteId, string>> = {
  services: 'offers Neutron and Octavia',
  'octavia-api': 'has an API of Octavia that is new enough',
  provider: 'has enabled the provider of its load balancers',
  extensions: 'has loaded the extensions of Neutron that Kuryr uses',
  trunk: 'has loaded the trunk extension',
  firewall: 'filters the subports of its nodes',
  advice: 'is none for which Kuryr is not recommended',
  'quota-floating-ips': 'grants enough floating IPs',
  'quota-security-groups': 'grants enough security groups',
  'quota-security-group-rules': 'grants enough security group rules',
  'quota-routers': 'grants enough routers',
  'quota-subnets': 'grants enough subnets',
  'quota-networks': 'grants enough networks',
  'quota-ports': 'grants enough ports',
  'quota-ram': 'grants enough RAM',
  'quota-vcpus': 'grants enough virtual CPUs',
  'quota-volumes': 'grants enough volume storage',
  'quota-instances': 'grants enough instances',
  'quota-load-balancers': 'grants enough load balancers',
  'quota-listeners': 'grants enough listeners',
  'quota-pools': 'grants enough pools',
};

test.describe('the cloud', () => {
  for (const [id, title] of Object.entries(titles) as [PrerequisiteId, string][]) {
    test(title, covers(requirementOf[id]), async ({ budgets, platform }) => {
      await expect(platform.prerequisite(id)).toSettleOn(
        claim('is met', ({ verdict }) => verdict === 'met'),
        budgets.standing,
      );
    });
  }
});
