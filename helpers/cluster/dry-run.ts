/**
 * Offers a record of Kuryr to the API server without storing it, to learn whether it would be taken.
 */
import { KubernetesError } from '#env';
import { type Reading, reading } from '../reading.ts';
import type { Cluster } from './cluster.ts';
import { type KuryrKind, kuryrResources } from './kuryr-forms.ts';

/** A record that is offered. */
export interface Offer {
  readonly kind: KuryrKind;
  readonly namespace: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/** What the API server answers: 201 when it would take the record, else the status of its refusal. */
export function dryRun(cluster: Cluster, { kind, namespace, content }: Offer): Reading<number> {
  const apiVersion = 'openstack.org/v1';
  const body = { apiVersion, kind, metadata: { name: 'offered', namespace }, ...content };
  return reading(`answer to the offer of a ${kind} in ${namespace}`, async (signal) => {
    try {
      await cluster.access.call(
        `Offering a ${kind}`,
        ({ custom }): Promise<unknown> =>
          custom.createNamespacedCustomObject({
            ...{ group: 'openstack.org', version: 'v1', namespace, body, dryRun: 'All' },
            plural: kuryrResources[kind].plural,
          }),
        signal,
      );
      return 201;
    } catch (error) {
      if (error instanceof KubernetesError) return error.status;
      throw error;
    }
  });
}
