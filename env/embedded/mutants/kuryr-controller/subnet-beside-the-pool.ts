import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr chooses the address block of a namespace itself instead of having the pool do it.',
  breaks: ['NS-NET-03'],
  mayBreak: ['POL-PEER-01', 'POL-PEER-02', 'POL-RANDOM-01'],
  layer: 'namespace network',
  apply: (levers) => {
    let count = 0;
    levers.kuryrMakes('subnets', (fields) => {
      count += 1;
      return { ...fields, subnetpool_id: undefined, cidr: `10.231.${count}.0/26` };
    });
  },
};
