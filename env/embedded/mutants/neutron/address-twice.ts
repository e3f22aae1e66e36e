import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Neutron gives the address of a pod to a second port.',
  breaks: ['POD-PORT-01'],
  mayBreak: ['NS-DEL-01', 'TRUNK-04'],
  layer: 'port',
  apply: (levers) => {
    levers.state((state) => {
      levers.override(state.ports, 'insert', (call) => (row) => {
        const made = call(row);
        const isPods = row.device_owner === 'compute:kuryr';
        const twin = { device_owner: 'compute:nova', mac_address: state.newMac() };
        if (isPods) call({ ...row, ...twin, id: twinOf(row.id) });
        return made;
      });
      levers.override(state.ports, 'remove', (call) => (id) => {
        call(twinOf(id));
        return call(id);
      });
    });
  },
};
function twinOf(id: string): string {
  return id.replace(/^.{4}/, 'dead');
}
