import { Cloud } from '../../kuryr/api/cloud.ts';
import type { ApiVersion } from '../../kuryr/release.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The operator takes Octavia for an older one and forces resolvers to TCP.',
  origin: 'BZ 1788634: the version of Octavia is not found out',
  on: 'openshift',
  breaks: ['OCP-DNS-01'],
  mayBreak: [
    'OCP-DNS-02',
    'DNS-CONF-01',
    'DNS-SVC-02',
    'DNS-SVC-03',
    'DNS-UDP-01',
    'DNS-VC-01',
    'DNS-VC-03',
    'DNS-VC-04',
    'DNS-BIG-01',
    'DNS-TRUNC-01',
    'DNS-TRUNC-02',
    'DNS-TRUNC-03',
  ],
  layer: 'dns',
  apply: (levers) => {
    // The operator looks before Kuryr does.
    let isOperator = true;
    levers.override(Cloud.prototype, 'octaviaVersion', (call) => () => {
      if (!isOperator) return call();
      isOperator = false;
      return Promise.resolve<ApiVersion>([2, 12]);
    });
  },
};
