import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Rules that name a pod admit the block of 64 addresses around it.',
  breaks: ['POL-ALLOW-01'],
  layer: 'security group',
  apply: (levers) => {
    levers.kuryrMakes('security-group-rules', (fields) => {
      const prefix = fields['remote_ip_prefix'];
      return typeof prefix === 'string' && !prefix.includes('/')
        ? { ...fields, remote_ip_prefix: `${prefix}/26` }
        : undefined;
    });
  },
};
