import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault:
    'The cloud has networks, ports and groups of somebody else, some of them with the addresses of pods.',
  breaks: [],
  apply: (levers) => {
    levers.state((state) => {
      levers.override(state.ports, 'insert', (call) => (row) => {
        const made = call(row);
        if (row.device_owner === 'compute:kuryr') {
          const foreign = { network_id: 'foreign', project_id: 'foreign', tags: [], name: 'vm' };
          const owner = { device_owner: 'compute:nova', security_groups: [] };
          call({ ...row, ...foreign, ...owner, id: twinOf(row.id), mac_address: state.newMac() });
        }
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
  return id.replace(/^.{4}/, 'beef');
}
