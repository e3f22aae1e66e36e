import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Every node has a VXLAN device, as for an overlay of its own.',
  breaks: ['POD-MTU-02'],
  layer: 'namespace network',
  apply: (levers) => {
    levers.dataPlane((plane) => {
      levers.override(plane, 'createNetns', (call) => (name, node) => {
        const netns = call(name, node);
        // The namespace of a node is called like the node.
        if (name === node) netns.addNic(tunnel);
        return netns;
      });
      return plane;
    });
  },
};
const tunnel = {
  name: 'vxlan.calico',
  mac: '66:0a:00:00:00:01',
  addresses: [],
  mtu: 1392,
  attachment: { kind: 'external', networkId: '' },
} as const;
