import { ApiFault } from '../../openstack/http/fault.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The amphora provider refuses a listener over HTTP.',
  on: 'amphora',
  breaks: ['DRV-AMP-04'],
  layer: 'listener',
  apply: (levers) => {
    levers.asks('POST', /\/listeners$/, (body) => {
      const { protocol } = body['listener'] as { protocol?: string };
      if (protocol === 'HTTP') throw new ApiFault(501, refusal);
      return body;
    });
  },
};
const refusal =
  "Provider 'amphora' does not support a requested option: Amphora provider does not support HTTP protocol";
