import { Maintenance } from '../../kuryr/controller/maintenance.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr never looks whether Octavia still has what it has made.',
  origin: 'BZ 1991537: Kuryr before 5.0',
  breaks: ['SVC-REC-03'],
  mayBreak: ['SVC-REC-04', 'SVC-REC-05', 'SVC-REC-06'],
  layer: 'load balancer',
  apply: (levers) => {
    levers.override(Maintenance.prototype, 'reconcile', () => () => Promise.resolve());
  },
};
