/**
 * Policies at random, as many as the profile has time for, one after another in the same town. What is
 * found is shrunk to the smallest policy that still shows it.
 */
import { expect, search, test } from '#helpers';
import { covers } from '../requirements/index.ts';
import { anyPolicy } from './arbitrary.ts';
import { constructsOf } from './constructs.ts';
import { seedOf, toldOf, wordsOf, wrongInTown } from './searching.ts';

test.describe('a policy at random', () => {
  test(
    'admits whom Kubernetes says',
    covers('POL-RANDOM-01'),
    async ({ budgets, cluster, profile, run, town }, testInfo) => {
      const { tries, smaller, seed } = seedOf(profile, run);
      const known = new Set<string>(profile.knownFailures.map(({ requirement }) => requirement));
      const values = anyPolicy(wordsOf(town, profile.claims.includes('policies.end-port'))).filter(
        ({ spec }) => ![...constructsOf(spec)].some((id) => known.has(id)),
      );

      const found = await search({
        ...{ values, seed, tries, smaller },
        wrongWith: (placed) => wrongInTown(placed, { town, cluster, budgets }),
      });
      await testInfo.attach('search', {
        body: `seed ${seed}, ${tries} tries; left out: ${[...known].join(', ')}`,
        contentType: 'text/plain',
      });

      expect(toldOf(found, seed), 'policy at random').toBeUndefined();
    },
  );
});
