import type { Mutant } from '../mutant.ts';
import { readsPolicies } from '../policies.ts';

export const mutant: Mutant = {
  fault: 'The peers of one rule are admitted at the ports of the other rules of its policy too.',
  breaks: ['POL-PORT-02'],
  layer: 'security group',
  apply: (levers) => {
    readsPolicies(levers, (spec) => {
      const rules = spec.ingress ?? [];
      const isPlain = rules.every(({ from, ports }) => from !== undefined && ports !== undefined);
      if (rules.length < 2 || !isPlain) return spec;
      const from = rules.flatMap((rule) => rule.from ?? []);
      const ports = rules.flatMap((rule) => rule.ports ?? []);
      return { ...spec, ingress: [{ from, ports }] };
    });
  },
};
