import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault:
    'Neutron says that the ports of pods are DOWN soon after they were ACTIVE, while they work.',
  origin: 'KK 9d0b053c: subports that are DOWN because of an OVN bug',
  breaks: ['POD-PORT-03'],
  mayBreak: ['POD-NET-01', 'POD-NET-02', 'POD-NET-03', 'TRUNK-01', 'TRUNK-04'],
  layer: 'port',
  apply: (levers) => {
    const wired = new Set<string>();
    levers.state((state) => {
      levers.override(state.ports, 'update', (call) => (id, fields) => {
        const row = call(id, fields);
        if (fields.status === 'ACTIVE' && row?.device_owner === 'trunk:subport') {
          wired.add(id);
          // Late enough for Kuryr to see it.
          setTimeout(() => call(id, { status: 'DOWN' }), 1_500).unref();
        }
        return row;
      });
    });
    levers.view((view) => ({
      ...view,
      ports: () =>
        view.ports().map((port) => (wired.has(port.id) ? { ...port, status: 'ACTIVE' } : port)),
    }));
  },
};
