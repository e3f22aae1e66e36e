import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault:
    'Neutron leads every floating IP to the port of the first load balancer, whatever it says.',
  breaks: ['LB-FIP-02'],
  mayBreak: ['LB-OVN-04'],
  layer: 'floating ip',
  apply: (levers) => {
    levers.view((view) => ({
      ...view,
      floatingIps: () => {
        const [first] = view.loadBalancers();
        return view
          .floatingIps()
          .map((row) =>
            row.port_id === null || first === undefined
              ? row
              : { ...row, port_id: first.vip_port_id, fixed_ip_address: first.vip_address },
          );
      },
    }));
  },
};
