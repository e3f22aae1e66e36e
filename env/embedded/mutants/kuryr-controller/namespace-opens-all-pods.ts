import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'A rule for the pods of a namespace is made with the block of all pods.',
  breaks: ['POL-SEL-02'],
  mayBreak: [
    'POL-BLOCK-02',
    'POL-BLOCK-03',
    'POL-PORT-02',
    'POL-EGRESS-01',
    'POL-NAME-01',
    'POL-NAME-02',
  ],
  layer: 'security group',
  apply: (levers) => {
    levers.kuryrMakes('security-group-rules', (fields) => {
      const [, net] = namespaceBlock.exec(String(fields['remote_ip_prefix'])) ?? [];
      return net === undefined ? undefined : { ...fields, remote_ip_prefix: `${net}.0.0/16` };
    });
  },
};
/** Namespaces have blocks of 64 addresses. */
const namespaceBlock = /^(\d+\.\d+)\.\d+\.\d+\/26$/;
