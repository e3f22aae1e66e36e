import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Every security group lets UDP out, whatever its rules say.',
  on: 'searching',
  breaks: ['POL-RANDOM-01'],
  mayBreak: ['POL-DENY-03', 'POL-DENY-04', 'POL-BLOCK-03', 'POL-EGRESS-01', 'POL-NAME-02'],
  layer: 'security group',
  apply: (levers) => {
    levers.view((view) => ({
      ...view,
      securityGroupRules: () => [
        ...view.securityGroupRules(),
        ...view.securityGroups().map(({ id, project_id }) => ({
          ...{ id: `out-${id}`, project_id, security_group_id: id, remote_group_id: null },
          ...({ direction: 'egress', ethertype: 'IPv4', protocol: 'udp' } as const),
          ...{ port_range_min: null, port_range_max: null, remote_ip_prefix: null },
        })),
      ],
    }));
  },
};
