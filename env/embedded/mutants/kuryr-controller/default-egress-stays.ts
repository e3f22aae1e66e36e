import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Kuryr leaves the rule in place by which Neutron lets a new group out to everywhere.',
  breaks: ['POL-DENY-03', 'POL-DENY-04', 'POL-EGRESS-01', 'POL-SVC-05'],
  mayBreak: [
    'POL-BLOCK-03',
    'POL-NAME-02',
    'POL-NAME-04',
    'POL-NAME-05',
    'POL-SVC-03',
    'POL-SVC-04',
  ],
  layer: 'security group',
  apply: (levers) => {
    // What the answer does not show Kuryr does not remove.
    levers.answers('POST', /^\/v2\.0\/security-groups$/, (body) => {
      const group = body['security_group'] as Group | undefined;
      return group === undefined
        ? body
        : { ...body, security_group: { ...group, security_group_rules: [] } };
    });
  },
};
interface Group {
  readonly security_group_rules: readonly object[];
}
