import type { Fields } from '../levers.ts';
import { whatIsMade } from '../manifests.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The webhook that forces resolvers to TCP keeps pods out while it does not answer.',
  on: 'openshift-stein',
  breaks: ['OCP-DNS-02'],
  mayBreak: ['OCP-DNS-01'],
  layer: 'dns',
  apply: (levers) => {
    whatIsMade(levers, (object) =>
      object.kind === 'MutatingWebhookConfiguration'
        ? {
            ...object,
            webhooks: (object['webhooks'] as Fields[]).map((webhook) => ({
              ...webhook,
              failurePolicy: 'Fail',
            })),
          }
        : object,
    );
  },
};
