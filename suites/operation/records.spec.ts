/**
 * The records in which Kuryr keeps what it has made: their definitions guard their form.
 */
import { dryRun, expect, test } from '#helpers';
import { covers } from '../requirements/index.ts';

const kind = 'KuryrNetwork';
const accepted = 201;
const unprocessable = 422;

/** What is wrong, and the record. */
const wrong = [
  ['whose status says "populated" in a text', { status: { populated: 'true' } }],
  ['whose id of a subnet is a number', { status: { subnetId: 7 } }],
  ['whose labels are a list', { status: {}, spec: { nsLabels: ['a'] } }],
] as const;

test.describe("Kuryr's record of a network", () => {
  for (const [what, content] of wrong) {
    test(
      `is refused by the API server ${what}, and taken without that`,
      covers('OPS-CRD-01'),
      async ({ budgets, cluster, namespace }) => {
        const spec = { nsName: namespace.name, projectId: 'none', nsLabels: { a: 'b' } };
        const right = { spec, status: { populated: true, subnetId: 'none' } };
        const offer = (record: object): ReturnType<typeof dryRun> =>
          dryRun(cluster, { kind, namespace: namespace.name, content: { ...right, ...record } });

        await test.step('a record of the right form is taken', async () => {
          await expect(offer({})).toSettleOn(accepted, budgets.standing);
        });

        await test.step('this one is not', async () => {
          await expect(offer(content)).toSettleOn(unprocessable, budgets.standing);
        });
      },
    );
  }
});
