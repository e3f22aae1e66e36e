import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Every security group lets UDP in, whatever its rules say.',
  breaks: ['POL-DENY-01', 'POL-SG-01'],
  mayBreak: ['POL-*', 'TRUNK-SG-*'],
  layer: 'security group',
  apply: (levers) => {
    levers.view((view) => ({
      ...view,
      securityGroupRules: () => [
        ...view.securityGroupRules(),
        ...view.securityGroups().map(({ id, project_id }) => ({
          ...{ id: `udp-${id}`, project_id, security_group_id: id, remote_group_id: null },
          ...({ direction: 'ingress', ethertype: 'IPv4', protocol: 'udp' } as const),
          ...{ port_range_min: null, port_range_max: null, remote_ip_prefix: null },
        })),
      ],
    }));
  },
};
