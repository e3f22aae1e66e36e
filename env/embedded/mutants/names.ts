/**
 * A lever on what containers know of names.
 */
import type { Levers } from './levers.ts';

/** Changes the text of resolv.conf in every container. */
export function withResolvConf(levers: Levers, change: (text: string) => string): void {
  levers.dataPlane((plane) => {
    levers.override(
      plane,
      'start',
      (call) => (spec) => call({ ...spec, resolvConf: change(spec.resolvConf) }),
    );
    return plane;
  });
}

/** Takes the servers of the cluster DNS out of its load balancer, for one protocol. */
export function withoutClusterDns(levers: Levers, protocol: 'TCP' | 'UDP'): void {
  levers.view((view) => ({
    ...view,
    members: () => {
      const balancer = view.loadBalancers().find(({ name }) => name === 'kube-system/kube-dns');
      const pools = view
        .pools()
        .filter((pool) => pool.loadbalancer_id === balancer?.id && pool.protocol === protocol)
        .map(({ id }) => id);
      return view.members().filter(({ pool_id }) => !pools.includes(pool_id));
    },
  }));
}
