import type { CloudState } from '../../openstack/state.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'An amphora lets everybody in, whatever addresses its listener allows.',
  on: 'amphora',
  breaks: ['POL-SVC-01'],
  mayBreak: ['POL-SVC-07'],
  // Octavia keeps others out twice, by the listener and by its security group at the VIP.
  layer: ['listener', 'security group'],
  apply: (levers) => {
    let cloud: CloudState | undefined;
    levers.state((state) => {
      cloud = state;
    });
    // haproxy looks, and so does Octavia's group at the VIP, which is called after its load balancer.
    const isOfBalancer = (groupId: string): boolean =>
      cloud?.groups.get(groupId)?.name.startsWith('lb-') === true;
    levers.view((view) => ({
      ...view,
      listeners: () => view.listeners().map((listener) => ({ ...listener, allowed_cidrs: null })),
      securityGroupRules: () =>
        view
          .securityGroupRules()
          .map((rule) =>
            isOfBalancer(rule.security_group_id) ? { ...rule, remote_ip_prefix: null } : rule,
          ),
    }));
  },
};
