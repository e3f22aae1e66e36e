import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'OVN has no load balancer flow for UDP where TCP is on the same port.',
  origin: 'The ovn provider before Ussuri: one protocol a load balancer',
  breaks: ['SVC-MIX-01'],
  mayBreak: [
    'DNS-UDP-01',
    'DNS-SVC-01',
    'DNS-VC-01',
    'DNS-VC-02',
    'DNS-VC-03',
    'DNS-SVC-02',
    'DNS-VC-05',
    'DNS-BIG-01',
    'DNS-TRUNC-02',
    'DNS-TRUNC-03',
  ],
  layer: 'listener',
  apply: (levers) => {
    levers.view((view) => ({
      ...view,
      listeners: () => {
        const all = view.listeners();
        return all.filter(
          (one) =>
            one.protocol !== 'UDP' ||
            !all.some(
              (other) =>
                other.protocol === 'TCP' &&
                other.protocol_port === one.protocol_port &&
                other.loadbalancer_id === one.loadbalancer_id,
            ),
        );
      },
    }));
  },
};
