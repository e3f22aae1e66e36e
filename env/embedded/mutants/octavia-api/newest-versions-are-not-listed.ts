import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The version document of Octavia ends with 2.22.',
  origin: 'BZ 1788634: the version of Octavia is not found out',
  breaks: ['PRE-LB-02'],
  // Kuryr makes no listener over SCTP before 2.23.
  mayBreak: ['SVC-SCTP-01', 'SVC-SCTP-02'],
  layer: 'load balancer',
  apply: (levers) => {
    levers.answers('GET', /^$/, (body) => {
      const { versions } = body;
      if (!Array.isArray(versions)) return body;
      const isOld = ({ id }: { id: string }): boolean =>
        Number(/^v2\.(\d+)$/.exec(id)?.[1] ?? 0) <= 22;
      return { ...body, versions: (versions as { id: string }[]).filter(isOld) };
    });
  },
};
