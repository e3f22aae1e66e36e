import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Neutron does not mark the port of a pod as a subport.',
  breaks: ['TRUNK-01', 'POL-SG-01'],
  mayBreak: ['TRUNK-02', 'TRUNK-04'],
  layer: 'subport',
  apply: (levers) => {
    levers.answers('GET', /^\/v2\.0\/ports$/, (body) => ({
      ...body,
      ports: (body['ports'] as Port[]).map((port) =>
        port.device_owner === 'trunk:subport' ? { ...port, device_owner: 'compute:kuryr' } : port,
      ),
    }));
  },
};
interface Port {
  readonly device_owner: string;
}
