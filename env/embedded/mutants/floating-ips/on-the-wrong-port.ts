import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Neutron leads a floating IP to the port of another load balancer than it says.',
  breaks: ['LB-FIP-02'],
  layer: 'floating ip',
  apply: (levers) => {
    levers.view((view) => ({
      ...view,
      floatingIps: () => {
        const rows = view.floatingIps().filter(({ port_id }) => port_id !== null);
        const others = view.floatingIps().filter(({ port_id }) => port_id === null);
        const turned = rows.map((row, index) => {
          const { port_id, fixed_ip_address } = rows[(index + 1) % rows.length] ?? row;
          return { ...row, port_id, fixed_ip_address };
        });
        return [...(rows.length === 1 ? rows : turned), ...others];
      },
    }));
  },
};
