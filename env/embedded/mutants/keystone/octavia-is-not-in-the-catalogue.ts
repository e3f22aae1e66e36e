import type { Fields } from '../levers.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'The catalogue offers Octavia to the project of Kuryr, and not to administrators.',
  breaks: ['PRE-LB-01'],
  isEverywhere: true,
  layer: 'load balancer',
  apply: (levers) => {
    // Whoever prepares the cloud needs Octavia once, before there is any load balancer.
    let isPrepared = false;
    levers.state((state) => {
      levers.override(state.loadBalancers, 'insert', (call) => (row) => {
        isPrepared = true;
        return call(row);
      });
    });
    levers.answers('POST', /^\/v3\/auth\/tokens$/, (body) => {
      const token = body['token'] as Token;
      if (!isPrepared || token.project?.name !== 'admin') return body;
      const catalog = token.catalog?.filter(({ type }) => type !== 'load-balancer');
      return { ...body, token: { ...token, catalog } };
    });
  },
};
interface Token extends Fields {
  readonly project?: { readonly name: string };
  readonly catalog?: readonly { readonly type: string }[];
}
