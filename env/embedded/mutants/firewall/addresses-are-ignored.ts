import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Rules that name one address admit every address.',
  breaks: ['POL-ALLOW-01'],
  mayBreak: ['POL-*'],
  layer: 'security group',
  apply: (levers) => {
    levers.view((view) => ({
      ...view,
      securityGroupRules: () =>
        view
          .securityGroupRules()
          .map((rule) =>
            rule.remote_ip_prefix?.endsWith('/32') === true
              ? { ...rule, remote_ip_prefix: '0.0.0.0/0' }
              : rule,
          ),
    }));
  },
};
