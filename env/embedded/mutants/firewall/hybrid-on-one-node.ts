import type { CloudView } from '../../seams.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'One node is plugged in through a hybrid bridge, so that its subports are not filtered.',
  origin: 'The hybrid iptables firewall of ML2/OVS, which the installer page warns of',
  on: 'stein',
  breaks: ['PRE-FW-01'],
  isEverywhere: true,
  layer: 'security group',
  apply: (levers) => {
    levers.answers('GET', /^\/v2\.0\/ports$/, (body) => ({
      ...body,
      ports: (body['ports'] as Plugged[]).map((port) =>
        port.name === node && port[details] !== undefined
          ? { ...port, [details]: { ...port[details], ovs_hybrid_plug: true } }
          : port,
      ),
    }));
    levers.view((view) => ({
      ...view,
      ports: () => {
        const open = subportsOf(view);
        return view
          .ports()
          .map((port) => (open.has(port.id) ? { ...port, port_security_enabled: false } : port));
      },
    }));
  },
};
const node = 'node-worker-2';
const details = 'binding:vif_details';

interface Plugged {
  readonly name: string;
  readonly [details]?: object;
}

function subportsOf(view: CloudView): ReadonlySet<string> {
  const parent = view.ports().find(({ name }) => name === node);
  const trunk = view.trunks().find(({ port_id }) => port_id === parent?.id);
  return new Set((trunk?.sub_ports ?? []).map(({ port_id }) => port_id));
}
