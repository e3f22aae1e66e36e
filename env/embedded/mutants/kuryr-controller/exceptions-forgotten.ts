import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault:
    'The exceptions of an address block are forgotten: its pieces become the whole block again.',
  on: 'mended',
  breaks: ['POL-BLOCK-01'],
  layer: 'security group',
  apply: (levers) => {
    levers.kuryrMakes('security-group-rules', (fields) => {
      const [, net, last] = pieces.exec(String(fields['remote_ip_prefix'])) ?? [];
      return net === undefined
        ? undefined
        : { ...fields, remote_ip_prefix: `${net}.${Math.floor(Number(last) / 64) * 64}/26` };
    });
  },
};
/** Namespaces have blocks of 64 addresses. */
const pieces = /^(\d+\.\d+\.\d+)\.(\d+)\/(?:2[7-9]|3[0-2])$/;
