import { Kube } from '../../kuryr/api/kube.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The exceptions of an address block are forgotten.',
  on: 'mended',
  breaks: ['POL-BLOCK-01'],
  layer: 'security group',
  apply: (levers) => {
    levers.override(
      Kube.prototype,
      'create',
      (call) => (kind, object) =>
        kind.plural === 'kuryrnetworkpolicies' ? call(kind, widened(object)) : call(kind, object),
    );
  },
};
interface Record {
  readonly spec: { readonly ingressSgRules: readonly { readonly sgRule: object }[] };
}

/** Blocks that exceptions have cut into pieces become the whole of IPv4. */
function widened(object: unknown): unknown {
  const record = object as Record;
  const ingressSgRules = record.spec.ingressSgRules.map((rule) => ({
    ...rule,
    sgRule: { ...rule.sgRule, remote_ip_prefix: '0.0.0.0/0' },
  }));
  return { ...record, spec: { ...record.spec, ingressSgRules } };
}
