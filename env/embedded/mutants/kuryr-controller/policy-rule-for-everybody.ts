import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Rules that name a pod are made without its address, and so admit everybody.',
  breaks: ['POL-ALLOW-01'],
  layer: 'security group',
  apply: (levers) => {
    levers.kuryrMakes('security-group-rules', (fields) => {
      const { remote_ip_prefix: prefix, ...rest } = fields;
      const isPod = typeof prefix === 'string' && !prefix.includes('/');
      return fields['direction'] === 'ingress' && isPod ? rest : undefined;
    });
  },
};
